"""What the client's own test-suite asks of a server, case by case, without its parts that belong to later versions."""
import time

from cytomine import models
from cytomine.models import (
    AbstractImage,
    AbstractImageCollection,
    AbstractSlice,
    AbstractSliceCollection,
    Annotation,
    AnnotationCollection,
    AnnotationTerm,
    AttachedFile,
    AttachedFileCollection,
    Description,
    ImageInstance,
    ImageInstanceCollection,
    Ontology,
    OntologyCollection,
    Project,
    ProjectCollection,
    Property,
    PropertyCollection,
    RelationTerm,
    RoleCollection,
    SliceInstanceCollection,
    Storage,
    StorageCollection,
    Tag,
    TagCollection,
    TagDomainAssociation,
    TagDomainAssociationCollection,
    Term,
    TermCollection,
    UploadedFile,
    UploadedFileCollection,
    User,
    UserCollection,
    UserRole,
    UserRoleCollection,
)
from cytomine.models.collection import Collection
from cytomine.models.user import Role

SQUARE = "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))"
SMALLER = "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))"


def fetched(collection):
    """The client's own measure: a fetch returns the collection, or False."""
    assert isinstance(collection, Collection), collection
    return collection


class Contract:
    """The data set is made first, as in the client's `conftest`; the cases use it."""

    def __init__(self, client, keys, place):
        self.client, self.keys, self.place = client, keys, place
        self.serial = 0

    def unique(self, name):
        self.serial += 1
        return f"{name} {self.serial} {time.time()}"

    def it_makes_the_data_set(self):
        self.user = User(f"user{time.time()}", "John", "Doe", "mail@cytomine.be", "password").save()
        self.ontology = Ontology(self.unique("ontology")).save()
        self.term1 = Term(self.unique("term"), self.ontology.id, "#AAAAAA").save()
        self.term2 = Term(self.unique("term"), self.ontology.id, "#AAAAAA").save()
        self.project = Project(self.unique("project"), self.ontology.id).save()
        self.storage = Storage(self.unique("storage"), self.client.current_user.id).save()
        self.files = [self.file(self.project.id) for _ in range(3)]
        self.bases = [AbstractImage(file.originalFilename, file.id, width=50, height=50).save() for file in self.files]
        self.slice = AbstractSlice(self.bases[0].id, self.files[0].id, channel=0, z_stack=0, time=0).save()
        self.image1 = ImageInstance(self.bases[0].id, self.project.id).save()
        # This one has no plane.
        self.image2 = ImageInstance(self.bases[1].id, self.project.id).save()
        self.annotation = Annotation(SQUARE, self.image1.id, [self.term1.id]).save()
        self.tag = Tag(self.unique("tag")).save()
        made = [self.user, self.ontology, self.term1, self.term2, self.project, self.storage, *self.files, *self.bases,
                self.slice, self.image1, self.image2, self.annotation, self.tag]
        assert all(one and one.id for one in made), made

    def it_names_an_image_server(self):
        # Only the older client knows them; its own tests use the first.
        if hasattr(models, "ImageServerCollection"):
            servers = fetched(models.ImageServerCollection().fetch())
            assert servers[0].id and servers[0].url, vars(servers[0])

    def file(self, projects=None):
        name = self.unique("file")
        return UploadedFile(name, name, 1, "tiff", "tiff/ddd", id_projects=projects, id_storage=self.storage.id,
                            id_user=self.client.current_user.id).save()

    # test_annotation

    def it_keeps_an_annotation(self):
        one = Annotation(SQUARE, self.image1.id, [self.term1.id], self.project.id).save()
        assert isinstance(one, Annotation) and one.location == SQUARE
        again = Annotation().fetch(one.id)
        assert isinstance(again, Annotation) and again.location == SQUARE
        again.location = SMALLER
        again.update()
        assert isinstance(again, Annotation) and again.location == SMALLER
        again.delete()
        assert not Annotation().fetch(one.id)

    def it_answers_a_list_of_annotations_without_scope_in_order(self):
        # The client ignores what comes; it must not break.
        AnnotationCollection().fetch()

    def it_takes_a_collection_of_annotations(self):
        collection = AnnotationCollection()
        collection.append(Annotation(SQUARE, self.image1.id, [self.term1.id]))
        assert collection.save()

    def it_lists_annotations_of_a_project(self):
        collection = AnnotationCollection()
        collection.project = self.project.id
        assert len(fetched(collection.fetch())) >= 2

    def it_keeps_an_annotation_term(self):
        link = AnnotationTerm().fetch(self.annotation.id, self.term1.id)
        assert isinstance(link, AnnotationTerm) and link.term == self.term1.id
        link.delete()
        assert not AnnotationTerm().fetch(self.annotation.id, self.term1.id)
        assert AnnotationTerm(self.annotation.id, self.term1.id).save()
        assert AnnotationTerm().fetch(self.annotation.id, self.term1.id)

    # test_image

    def it_keeps_an_abstract_image(self):
        name = self.unique("image")
        one = AbstractImage(name, self.files[0].id).save()
        assert isinstance(one, AbstractImage) and one.originalFilename == name
        assert AbstractImage().fetch(one.id).originalFilename == name

    def it_lists_abstract_images(self):
        fetched(AbstractImageCollection().fetch())

    def it_keeps_an_image_instance(self):
        one = ImageInstance(self.bases[2].id, self.project.id).save()
        assert isinstance(one, ImageInstance)
        assert isinstance(ImageInstance().fetch(one.id), ImageInstance)
        one.instanceFilename = "another name"
        one.update()
        assert isinstance(one, ImageInstance) and one.instanceFilename == "another name"
        one.delete()
        assert not ImageInstance().fetch(one.id)

    def it_lists_images_of_a_project(self):
        assert len(fetched(ImageInstanceCollection().fetch_with_filter("project", self.project.id))) == 2

    def it_keeps_an_abstract_slice(self):
        one = AbstractSlice(self.bases[1].id, self.files[1].id, channel=0, z_stack=0, time=0).save()
        assert isinstance(one, AbstractSlice)
        assert isinstance(AbstractSlice().fetch(one.id), AbstractSlice)

    def it_lists_abstract_slices(self):
        for key, value in (("abstractimage", self.bases[0].id), ("uploadedfile", self.files[0].id)):
            assert len(fetched(AbstractSliceCollection().fetch_with_filter(key, value))) == 1, key

    def it_lists_slices_of_an_image(self):
        assert len(fetched(SliceInstanceCollection().fetch_with_filter("imageinstance", self.image1.id))) == 1

    # test_ontology

    def it_keeps_an_ontology(self):
        name = self.unique("ontology")
        one = Ontology(name).save()
        assert isinstance(one, Ontology) and one.name == name
        again = Ontology().fetch(one.id)
        assert isinstance(again, Ontology) and again.name == name
        name = self.unique("ontology")
        again.name = name
        again.update()
        assert isinstance(again, Ontology) and again.name == name
        again.delete()
        assert not Ontology().fetch(again.id)

    def it_lists_and_takes_ontologies(self):
        fetched(OntologyCollection().fetch())
        collection = OntologyCollection()
        collection.append(Ontology(self.unique("ontology")))
        assert collection.save()

    def it_keeps_a_term(self):
        name = self.unique("term")
        one = Term(name, self.ontology.id, "#AAAAAA").save()
        assert isinstance(one, Term) and one.name == name
        again = Term().fetch(one.id)
        assert isinstance(again, Term) and again.name == name
        name = self.unique("term")
        again.name = name
        again.update()
        assert isinstance(again, Term) and again.name == name
        again.delete()
        assert not Term().fetch(again.id)

    def it_lists_and_takes_terms(self):
        fetched(TermCollection().fetch())
        collection = TermCollection()
        collection.append(Term(self.unique("term"), self.ontology.id, "#AAAAAA"))
        assert collection.save()

    def it_lists_terms_by_what_they_belong_to(self):
        filters = (("project", self.project.id), ("ontology", self.ontology.id), ("annotation", self.annotation.id))
        for key, value in filters:
            assert len(fetched(TermCollection().fetch_with_filter(key, value))) >= 1, key

    def it_keeps_a_relation_between_terms(self):
        one = RelationTerm(self.term1.id, self.term2.id).save()
        assert isinstance(one, RelationTerm) and one.term1 == self.term1.id
        again = RelationTerm().fetch(self.term1.id, self.term2.id)
        assert isinstance(again, RelationTerm) and again.term1 == self.term1.id
        again.delete()
        assert not RelationTerm().fetch(self.term1.id, self.term2.id)

    # test_project

    def it_keeps_a_project(self):
        name = self.unique("project")
        one = Project(name, self.ontology.id).save()
        assert isinstance(one, Project) and one.name == name
        again = Project().fetch(one.id)
        assert isinstance(again, Project) and again.name == name
        name = self.unique("project")
        again.name = name
        again.update()
        assert isinstance(again, Project) and again.name == name
        again.delete()
        assert not Project().fetch(again.id)

    def it_lists_projects(self):
        fetched(ProjectCollection().fetch())
        fetched(ProjectCollection().fetch_with_filter("user", self.user.id))
        assert len(fetched(ProjectCollection().fetch_with_filter("ontology", self.ontology.id))) == 1

    def it_adds_and_removes_members(self):
        assert self.project.add_user(self.user.id)
        members = fetched(UserCollection().fetch_with_filter("project", self.project.id))
        assert self.user.id in [member.id for member in members]
        assert self.project.add_user(self.user.id, admin=True)
        managers = fetched(UserCollection(admin=True).fetch_with_filter("project", self.project.id))
        assert self.user.id in [member.id for member in managers]
        assert self.project.delete_user(self.user.id, admin=True)
        assert self.project.delete_user(self.user.id)
        members = fetched(UserCollection().fetch_with_filter("project", self.project.id))
        assert self.user.id not in [member.id for member in members]

    # test_property; its own tests use the project, here other things as well

    def subjects(self):
        return (self.project, self.image1, self.annotation, self.ontology, self.storage)

    def it_keeps_a_property(self):
        for thing in self.subjects():
            key = self.unique("key").replace(" ", "_")
            one = Property(thing, key=key, value="v").save()
            assert isinstance(one, Property) and one.value == "v", vars(one)
            again = Property(thing).fetch(one.id)
            assert isinstance(again, Property) and again.value == "v"
            again = Property(thing).fetch(key=key)
            assert isinstance(again, Property) and again.value == "v"
            again.value = "w"
            again.update()
            assert isinstance(again, Property) and again.value == "w"
            again.delete()
            assert not Property(thing).fetch(one.id)

    def it_lists_and_takes_properties(self):
        for thing in self.subjects():
            collection = PropertyCollection(thing)
            collection.extend([Property(thing, key=f"k{number}", value=number) for number in range(20)])
            # Old servers refused this for annotations.
            assert collection.save()
            found = fetched(PropertyCollection(thing).fetch()).as_dict()
            assert found["k7"].value == "7" and len(found) == 20, found

    def it_keeps_an_attached_file(self):
        path = self.place.folder / "a report.txt"
        path.write_bytes(b"What was found")
        for thing in self.subjects():
            one = AttachedFile(thing, filename=str(path)).upload()
            assert isinstance(one, AttachedFile) and one.filename == path.name, vars(one)
            again = AttachedFile(thing).fetch(one.id)
            assert isinstance(again, AttachedFile) and again.filename == path.name
            back = self.place.folder / "back.txt"
            assert again.download(str(back), override=True) and back.read_bytes() == path.read_bytes()
            named = AttachedFile(thing, filename="other.txt", file=str(path)).save()
            assert named and named.filename == "other.txt"
            assert len(fetched(AttachedFileCollection(thing).fetch())) == 2
            assert named.delete() and not AttachedFile(thing).fetch(named.id)

    def it_keeps_a_description(self):
        for thing in self.subjects():
            one = Description(thing, data="<p>text</p>").save()
            assert isinstance(one, Description) and one.data == "<p>text</p>"
            again = Description(thing).fetch()
            assert isinstance(again, Description) and again.data == "<p>text</p>"
            again.data = "<p>new</p>"
            again.update()
            assert isinstance(again, Description) and again.data == "<p>new</p>"
            again.delete()
            assert not Description(thing).fetch()

    def it_keeps_a_tag(self):
        name = self.unique("tag")
        one = Tag(name).save()
        assert isinstance(one, Tag) and one.name == name
        again = Tag().fetch(one.id)
        assert isinstance(again, Tag) and again.name == name
        name = self.unique("tag")
        again.name = name
        again.update()
        assert isinstance(again, Tag) and again.name == name
        again.delete()
        assert not Tag().fetch(one.id)
        assert not Tag().save()

    def it_lists_and_takes_tags(self):
        fetched(TagCollection().fetch())
        collection = TagCollection()
        collection.append(Tag(self.unique("tag")))
        assert collection.save()

    def it_keeps_a_tag_on_a_thing(self):
        for thing in self.subjects():
            one = TagDomainAssociation(thing, tag=self.tag.id).save()
            assert isinstance(one, TagDomainAssociation)
            assert one.tag == self.tag.id and one.domainIdent == thing.id, vars(one)
            again = TagDomainAssociation(thing).fetch(one.id)
            assert isinstance(again, TagDomainAssociation) and again.tag == self.tag.id
            assert len(fetched(TagDomainAssociationCollection(thing).fetch())) == 1
            again.delete()
            assert not TagDomainAssociation(thing).fetch(one.id)

    # test_storage

    def it_keeps_a_storage(self):
        name = self.unique("storage")
        one = Storage(name, self.client.current_user.id).save()
        assert isinstance(one, Storage) and one.name == name
        again = Storage().fetch(one.id)
        assert isinstance(again, Storage) and again.name == name
        name = self.unique("storage")
        again.name = name
        again.update()
        assert isinstance(again, Storage) and again.name == name

    def it_lists_storages(self):
        fetched(StorageCollection().fetch())

    def it_keeps_an_uploaded_file(self):
        storage = StorageCollection().fetch()[0]
        name = self.unique("file")
        one = UploadedFile(name, name, 1, "tiff", "tiff/ddd", id_storage=storage.id,
                           id_user=self.client.current_user.id).save()
        assert isinstance(one, UploadedFile) and one.filename == name
        name = self.unique("file")
        one.filename = name
        one.update()
        assert isinstance(one, UploadedFile) and one.filename == name
        one.delete()
        assert not UploadedFile().fetch(one.id)

    def it_lists_uploaded_files(self):
        assert len(fetched(UploadedFileCollection().fetch())) >= 3

    # test_user

    def it_keeps_a_user(self):
        name = f"user{time.time()}"
        one = User(name, "John", "Doe", "mail@cytomine.be", "password").save()
        assert isinstance(one, User) and one.username == name
        again = User().fetch(one.id)
        assert isinstance(again, User) and again.username == name
        name = f"user{time.time()}"
        again.username = name
        again.update()
        assert isinstance(again, User) and again.username == name
        again.delete()
        assert not User().fetch(one.id)

    def it_lists_and_takes_users(self):
        fetched(UserCollection().fetch())
        collection = UserCollection()
        collection.append(User(f"user{time.time()}", "John", "Doe", "mail@cytomine.be", "password"))
        assert collection.save()
        for key, value in (("project", self.project.id), ("ontology", self.ontology.id)):
            fetched(UserCollection().fetch_with_filter(key, value))

    def it_answers_the_same_current_user_twice(self):
        before = vars(self.client.current_user).copy()
        now = vars(self.client.set_current_user() or self.client.current_user)
        assert {name: value for name, value in now.items() if not name.startswith("_")} == {
            name: value for name, value in before.items() if not name.startswith("_")
        }

    def it_shows_the_own_keys(self):
        keys = self.client.current_user.keys()
        assert keys["publicKey"] == self.client.current_user.publicKey == self.keys["publicKey"]
        # What a signature alone must not get; whoever signs has it.
        assert keys["privateKey"] is self.client.current_user.privateKey is None

    def it_signs(self):
        assert self.client.current_user.signature()

    def it_lists_roles(self):
        roles = fetched(RoleCollection().fetch())
        one = Role().fetch(roles[0].id)
        assert isinstance(one, Role) and one.id == roles[0].id

    def it_keeps_a_role_of_a_user(self):
        roles = RoleCollection().fetch()
        one = UserRole(self.user.id, roles[-1].id).save()
        assert isinstance(one, UserRole) and one.user == self.user.id
        again = UserRole().fetch(self.user.id, roles[-1].id)
        assert isinstance(again, UserRole) and again.user == self.user.id
        again.delete()
        assert not UserRole().fetch(self.user.id, roles[-1].id)

    def it_lists_roles_of_a_user(self):
        fetched(UserRoleCollection().fetch_with_filter("user", self.user.id))

    # conftest, at its end

    def it_deletes_the_data_set(self):
        for thing in (self.image1, self.image2, *AbstractImageCollection().fetch(), self.project, self.term1,
                      self.term2, self.ontology, self.user, self.tag):
            assert thing.delete(), f"{thing} is not deleted"
