"""A module as Microsoft's SDK makes one, in a process of its own: asks for the twin, reports, sends, and says what it saw.

Usage: python iot_sdk.py CONNECTION_STRING CA_FILE, or without both in an environment as IoT Edge gives a module.
"""

import asyncio
import json
import sys
from pathlib import Path

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubModuleClient


async def main(arguments, trusted):
    if arguments:
        client = IoTHubModuleClient.create_from_connection_string(
            arguments[0], server_verification_cert=trusted
        )
    else:
        client = IoTHubModuleClient.create_from_edge_environment()
    loop = asyncio.get_running_loop()
    changed = loop.create_future()

    async def patched(patch):
        if "fps" in patch and not changed.done():  # the SDK calls from a thread of its own
            loop.call_soon_threadsafe(changed.set_result, patch)

    await asyncio.wait_for(client.connect(), 20)
    twin = await asyncio.wait_for(client.get_twin(), 20)
    client.on_twin_desired_properties_patch_received = patched
    await asyncio.wait_for(client.patch_twin_reported_properties({"ready": True}), 20)
    patch = await asyncio.wait_for(changed, 20)
    message = Message('{"number": 1}', content_encoding="utf-8", content_type="application/json")
    message.message_id = "one"
    message.custom_properties["eventType"] = "sightline.line.crossed.v1"
    await asyncio.wait_for(client.send_message_to_output(message, "events"), 20)
    await asyncio.wait_for(client.shutdown(), 20)
    json.dump({"twin": twin, "patch": patch}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:], Path(sys.argv[2]).read_text() if sys.argv[1:] else None))
