"""Event Grid's push delivery, small: the validation of both schemas, deliveries, and which answers it tries again."""

import http.client
import json
import urllib.parse
import uuid

TRIED_AGAIN = {0, 404, 408, 429, 500, 502, 503, 504}
"""Not 400, 401, 403 and 413: those events are dead-lettered, or dropped (Microsoft Learn, "delivery and retry")."""


class Push:
    """Delivers events of one subscription to a web hook."""

    def __init__(self, url, context, *, schema="cloudevents", headers=None):
        self.url, self.context, self.schema = urllib.parse.urlsplit(url), context, schema
        self.headers = headers or {}
        self.dead = []

    def request(self, method, body=b"", headers=None):
        connection = http.client.HTTPSConnection(
            self.url.hostname, self.url.port, timeout=10, context=self.context
        )
        target = urllib.parse.urlunsplit(("", "", self.url.path or "/", self.url.query, ""))
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        answer = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        connection.close()
        return answer

    def validate(self, origin="eventgrid.azure.net"):
        """Ask for consent; return whether it was given."""
        if self.schema == "cloudevents":
            asked = {"WebHook-Request-Origin": origin, "WebHook-Request-Rate": "120"}
            _, headers, _ = self.request("OPTIONS", headers=asked)
            return headers.get("webhook-allowed-origin") in ("*", origin)
        code = str(uuid.uuid4())
        event = {
            "id": str(uuid.uuid4()),
            "topic": "/subscriptions/1/resourceGroups/r/providers/Microsoft.EventGrid/topics/people",
            "subject": "",
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "eventTime": "2026-11-25T12:00:00Z",
            "metadataVersion": "1",
            "dataVersion": "2",
            "data": {"validationCode": code, "validationUrl": "https://rp-x.eventgrid.azure.net:553/x"},
        }
        headers = {"Content-Type": "application/json", "aeg-event-type": "SubscriptionValidation"}
        status, _, body = self.request("POST", json.dumps([event]), headers)
        return status == 200 and json.loads(body)["validationResponse"] == code

    def post(self, body, kind, more=None):
        """Deliver one request; return the status."""
        headers = {"Content-Type": kind, "aeg-event-type": "Notification", "aeg-delivery-count": "0"}
        return self.request("POST", body, {**headers, **self.headers, **(more or {})})[0]

    def deliver(self, events, attempts=5):
        """Deliver events in one request until that is answered well; return how many attempts it took, 0 for dead letters."""
        kind = "application/cloudevents-batch+json; charset=utf-8"
        if self.schema != "cloudevents":
            kind = "application/json; charset=utf-8"
        for attempt in range(1, attempts + 1):
            status = self.post(json.dumps(events), kind)
            if 200 <= status <= 204:
                return attempt
            if status not in TRIED_AGAIN:
                break
        self.dead += events
        return 0
