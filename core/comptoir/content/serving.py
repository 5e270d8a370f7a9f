"""Pictures as files: an address names a size in WebP, and who reads AVIF gets that, which is smaller."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from PIL import features
from wagtail.images.utils import generate_signature, verify_signature
from wagtail.images.views.serve import ServeView

WEBP, AVIF = "|format-webp", "|format-avif"


class PictureView(ServeView):
    """Draws a picture in the size that its address names when it is first asked for.

    AVIF is negotiated and not named in documents: pages and answers stay as small as with one format.
    """

    def get(
        self,
        request: HttpRequest,
        signature: str,
        image_id: str,
        filter_spec: str,
        filename: str | None = None,
    ) -> HttpResponse:
        if (
            filter_spec.endswith(WEBP)
            and _reads_avif(request)
            and verify_signature(signature.encode(), image_id, filter_spec, key=self.key)
        ):
            filter_spec = filter_spec.removesuffix(WEBP) + AVIF
            signature = generate_signature(image_id, filter_spec, key=self.key)
        response: Any = super().get(request, signature, image_id, filter_spec, filename)
        patch_vary_headers(response, ["Accept"])
        return response


def _reads_avif(request: HttpRequest) -> bool:
    return features.check("avif") and "image/avif" in request.headers.get("Accept", "")
