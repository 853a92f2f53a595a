import pytest_asyncio

from tests.server.peer import serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site():
    async with serving() as site:
        yield site
