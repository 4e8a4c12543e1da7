"""A day's work with the official client: project, slide, a thousand annotations, pictures, undo, and all gone again."""
import pathlib
import time

import _images as images
from _lib import DATA, SHARED, SLIDE, wait_until
from cytomine.models import (
    Annotation,
    AnnotationCollection,
    ImageInstance,
    ImageInstanceCollection,
    Ontology,
    Project,
    StorageCollection,
    Term,
    UploadedFile,
)

WIDTH, HEIGHT = 2220, 2967
ANNOTATIONS = 1000
# 80 x 60 px of tissue, at 1380, 1207 from the top left corner.
RECTANGLE = "POLYGON ((1380 1700, 1380 1760, 1460 1760, 1460 1700, 1380 1700))"


def nuclei(count):
    """Outlines of nuclei on the slide as WKT with y up: as others wrote them where that file is there, or our own."""
    if SHARED:
        lines = (SHARED / "slides/annotations/CMU-1-Small-Region-nuclei-cytomine.tsv").read_text().splitlines()
        return [line.split("\t")[2] for line in lines[:count]]
    return [outline(line) for line in (DATA / "CMU-1-nuclei.txt").read_text().splitlines()[:count]]


def outline(line):
    """WKT of a line of our test data: class, first corner, then steps, all in half pixels."""
    steps = [int(number) for number in line.split()[1:]]
    x = y = 0
    corners = []
    for dx, dy in zip(steps[::2], steps[1::2]):
        x, y = x + dx, y + dy
        corners.append(f"{x / 2:g} {y / 2:g}")
    if corners[0] != corners[-1]:
        corners.append(corners[0])
    return f"POLYGON (({', '.join(corners)}))"


class Walk:
    """Each case goes on where the one before ended."""

    def __init__(self, client, keys, place):
        self.client, self.keys, self.place = client, keys, place
        self.pictures = pathlib.Path(place.folder) / "pictures"

    def it_creates_an_ontology_with_terms_and_a_project(self):
        self.ontology = Ontology("Tissue").save()
        assert self.ontology and self.ontology.id
        self.terms = [Term(name, self.ontology.id, color).save() for name, color in
                      (("Tumor", "#ff0000"), ("Stroma", "#00ff00"), ("Lymphocyte", "#0000ff"))]
        assert all(term and term.id for term in self.terms)
        self.project = Project("Walk", self.ontology.id).save()
        assert self.project and self.project.id and self.project.ontology == self.ontology.id

    def it_finds_the_storage(self):
        storages = StorageCollection().fetch()
        assert len(storages) >= 1, "the account has no storage"
        self.storage = storages[0]

    def it_uploads_a_slide_and_waits_for_it(self):
        upload = self.client.upload_image(str(SLIDE), self.storage.id, sync=True)
        assert upload and upload.status == UploadedFile.DEPLOYED, vars(upload) if upload else upload
        assert len(upload.images) == 1, upload.images
        self.base = upload.images[0]["abstractImage"]
        assert (self.base.width, self.base.height) == (WIDTH, HEIGHT)

    def it_uploads_a_slide_without_waiting(self):
        upload = self.client.upload_image(str(SLIDE), self.storage.id, sync=False)
        assert upload and upload.id
        self.await_status(upload.id, UploadedFile.DEPLOYED)

    def it_uploads_a_picture_that_has_to_be_converted(self):
        file = pathlib.Path(self.place.folder) / "picture.png"
        file.write_bytes(images.png(1500, 1100))
        upload = self.client.upload_image(str(file), self.storage.id, self.project.id, sync=False)
        assert upload and upload.id
        self.await_status(upload.id, UploadedFile.DEPLOYED)
        linked = ImageInstanceCollection().fetch_with_filter("project", self.project.id)
        assert [(image.width, image.height) for image in linked] == [(1500, 1100)], [vars(i) for i in linked]
        assert linked[0].delete()

    def await_status(self, upload, status):
        def there():
            now = UploadedFile().fetch(upload)
            assert now and now.status % 2 == 0 or now.status == 0, vars(now)
            return now.status == status

        wait_until(f"status {status} of the upload {upload}", there, 30)

    def it_refuses_what_is_no_slide(self):
        file = pathlib.Path(self.place.folder) / "no-slide.svs"
        file.write_bytes(b"These are words, not pixels." * 100)
        assert self.client.upload_image(str(file), self.storage.id, sync=True) is False

    def it_links_the_slide_to_the_project(self):
        self.image = ImageInstance(self.base.id, self.project.id).save()
        assert self.image and self.image.id and self.image.baseImage == self.base.id
        linked = ImageInstanceCollection().fetch_with_filter("project", self.project.id)
        assert [image.id for image in linked] == [self.image.id]
        assert self.image.reference_slice().image == self.image.id

    def it_adds_a_thousand_annotations_in_bulk(self):
        self.shapes = nuclei(ANNOTATIONS)
        assert len(self.shapes) == ANNOTATIONS
        collection = AnnotationCollection()
        for i, shape in enumerate(self.shapes):
            term = self.terms[i % len(self.terms)].id
            collection.append(Annotation(shape, self.image.id, [term], self.project.id))
        begun = time.monotonic()
        assert collection.save()
        print(f"         {ANNOTATIONS} annotations in {time.monotonic() - begun:.2f} s", flush=True)

    def it_reads_them_back_to_the_letter(self):
        found = AnnotationCollection(project=self.project.id, showWKT=True, showTerm=True, showGIS=True).fetch()
        assert len(found) == ANNOTATIONS, len(found)
        expected = sorted((shape, self.terms[i % 3].id) for i, shape in enumerate(self.shapes))
        assert sorted((one.location, one.term[0]) for one in found) == expected
        assert all(one.area > 0 and one.image == self.image.id for one in found)

    def it_reads_them_page_by_page(self):
        found = AnnotationCollection(image=self.image.id, showWKT=True).fetch(max=300)
        # The client counts pages by whole division and leaves the rest out.
        assert len({one.id for one in found}) == len(found) and len(found) in (900, ANNOTATIONS), len(found)

    def it_finds_them_by_term_and_box(self):
        found = AnnotationCollection(image=self.image.id, term=self.terms[1].id, showTerm=True).fetch()
        assert len(found) == ANNOTATIONS // 3, len(found)
        assert all(one.term == [self.terms[1].id] for one in found)
        everything = AnnotationCollection(image=self.image.id, bbox=f"0,0,{WIDTH},{HEIGHT}").fetch()
        assert len(everything) == ANNOTATIONS, len(everything)
        assert len(AnnotationCollection(image=self.image.id, bbox="-20,-20,-10,-10").fetch()) == 0

    def it_counts_them_at_once(self):
        assert Project().fetch(self.project.id).numberOfAnnotations == ANNOTATIONS
        assert ImageInstance().fetch(self.image.id).numberOfAnnotations == ANNOTATIONS

    def it_adds_one_more(self):
        self.one = Annotation(RECTANGLE, self.image.id, [self.terms[0].id], self.project.id).save()
        assert self.one and self.one.location == RECTANGLE and self.one.term == [self.terms[0].id]
        assert self.one.image == self.image.id and self.one.project == self.project.id

    def dumped(self, name, **how):
        assert self.one.dump(str(self.pictures / name), **how), how
        return pathlib.Path(self.one.filename).read_bytes()

    def it_dumps_the_crop(self):
        width, height = images.jpeg_size(self.dumped("crop.jpg"))
        assert (width, height) == (80, 60), (width, height)
        width, height, channels, rows = images.png_pixels(self.dumped("crop.png"))
        assert (width, height) == (80, 60) and channels in (3, 4), (width, height, channels)
        assert len({bytes(row) for row in rows}) > 50, "the crop is of one colour"
        self.crop = (width, height, channels, rows)
        larger = images.jpeg_size(self.dumped("wide.jpg", increase_area=1.5))
        assert larger == (120, 90), larger
        smaller = images.jpeg_size(self.dumped("small.jpg", max_size=40))
        assert smaller == (40, 30), smaller

    def it_dumps_the_mask(self):
        width, height, channels, rows = images.png_pixels(self.dumped("mask.png", mask=True, increase_area=2))
        assert (width, height) == (160, 120), (width, height)
        inside = [sum(pixel == 255 for pixel in row[::channels]) for row in rows]
        assert set(b"".join(row[::channels] for row in rows)) <= {0, 255}, "a mask is black and white"
        assert sum(inside) == 80 * 60, sum(inside)
        first = next(y for y, count in enumerate(inside) if count)
        assert inside[first : first + 60] == [80] * 60, "the rectangle is not where it was drawn"

    def it_dumps_the_alphamask(self):
        content = self.dumped("alphamask.png", mask=True, alpha=True, increase_area=2)
        width, height, channels, rows = images.png_pixels(content)
        assert (width, height, channels) == (160, 120, 4), (width, height, channels)
        opaque = sum(alpha == 255 for row in rows for alpha in row[3::4])
        assert opaque == 80 * 60, opaque
        assert rows[0][3] == 0 and rows[60][80 * 4 + 3] == 255
        # A mask with alpha asked for as JPEG comes as PNG, under the name that was asked for.
        self.dumped("alphamask.jpg", mask=True, alpha=True)
        assert content[:4] == b"\x89PNG"

    def it_dumps_the_image_and_a_window(self):
        assert self.image.dump(str(self.pictures / "thumb.jpg"), max_size=256)
        width, height = images.jpeg_size(pathlib.Path(self.image.filename).read_bytes())
        assert max(width, height) == 256 and abs(width / height - WIDTH / HEIGHT) < 0.01, (width, height)
        window = self.pictures / "window.png"
        assert self.image.window(1380, HEIGHT - 1760, 80, 60, dest_pattern=str(window))
        assert images.png_pixels(window.read_bytes()) == self.crop, "the window is not what the crop shows"

    def it_updates_it(self):
        self.moved = "POLYGON ((1380 1700, 1380 1790, 1460 1790, 1460 1700, 1380 1700))"
        self.one.location = self.moved
        self.one.term = None
        updated = self.one.update()
        assert updated and updated.location == self.moved
        again = Annotation().fetch(self.one.id)
        assert again.location == self.moved and again.term == [self.terms[0].id], vars(again)

    def it_undoes_and_redoes_the_update(self):
        assert self.client.get("command/undo.json")["collection"][0]["annotation"]["location"] == RECTANGLE
        assert Annotation().fetch(self.one.id).location == RECTANGLE
        assert self.client.get("command/redo.json")["collection"]
        assert Annotation().fetch(self.one.id).location == self.moved
        assert self.client.get("command/undo.json")
        assert Annotation().fetch(self.one.id).location == RECTANGLE

    def it_undoes_a_deletion_with_the_same_id(self):
        identity = self.one.id
        assert self.one.delete()
        assert Annotation().fetch(identity) is False
        assert self.client.get("command/undo.json")
        back = Annotation().fetch(identity)
        assert back and back.location == RECTANGLE and back.term == [self.terms[0].id]

    def it_deletes_all(self):
        for annotation in AnnotationCollection(project=self.project.id).fetch():
            assert annotation.delete(), annotation.id
        assert len(AnnotationCollection(project=self.project.id).fetch()) == 0
        assert Project().fetch(self.project.id).numberOfAnnotations == 0
        for thing in (self.image, self.base, self.project, *self.terms, self.ontology):
            assert thing.delete(), f"{thing} is not deleted"
            assert type(thing)().fetch(thing.id) is False, f"{thing} is still there"
