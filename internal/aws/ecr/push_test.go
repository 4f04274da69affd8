package ecr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// shop is a store with a repository.
type shop struct {
	*testing.T
	*store.Store
}

func openShop(t *testing.T, r Repository) *shop {
	s := &shop{t, openStore(t)}
	s.do(func(tx *store.Tx) error { Repositories.Put(tx, &r); return nil })
	return s
}

func (s *shop) do(f func(tx *store.Tx) error) {
	s.Helper()
	if err := s.Update(f); err != nil {
		s.Fatal(err)
	}
}

// image is the manifest of an image of some layers, the last one its configuration.
func imageOf(layers ...string) *Manifest {
	m := &Manifest{MediaType: "application/vnd.oci.image.manifest.v1+json"}
	for _, l := range layers {
		m.Blobs = append(m.Blobs, Blob{MediaType: "type of " + l, Digest: digestOf(l), Size: int64(len(l))})
	}
	return m
}

// push pushes a manifest, of which the digest is of its name, to web.
func (s *shop) push(name, tag string, m *Manifest) (done Pushed, err error) {
	err = s.Update(func(tx *store.Tx) error {
		done, err = Push(tx, Repositories.Find(tx, scope, "web"), digestOf(name), m, tag, start)
		return err
	})
	return done, err
}

func (s *shop) upload(layers ...string) {
	s.do(func(tx *store.Tx) error {
		for _, l := range layers {
			AddLayer(tx, web, digestOf(l), int64(len(l)), start)
		}
		return nil
	})
}

// shows fails unless the repository has exactly these tags, in this order, and this many images and layers.
func (s *shop) shows(tags string, images, layers int) {
	s.Helper()
	tx := s.Read()
	names := []string{}
	for _, t := range TagsInOrder(tx, web) {
		names = append(names, t.Name)
	}
	if got := strings.Join(names, " "); got != tags {
		s.Errorf("the tags are %q, want %q", got, tags)
	}
	if i, l := len(Images.List(tx, web)), len(Layers.List(tx, web)); i != images || l != layers {
		s.Errorf("%d images with %d layers, want %d with %d", i, l, images, layers)
	}
}

func TestPushWantsWhatTheManifestNames(t *testing.T) {
	s := openShop(t, *web)
	var missing *MissingError
	_, err := s.push("one", "v1", imageOf("a", "b", "config"))
	if !errors.As(err, &missing) || !slices.Equal(missing.Layers, []string{digestOf("a"), digestOf("b"), digestOf("config")}) {
		t.Fatalf("got %v", err)
	}
	index := &Manifest{Children: []string{digestOf("one"), digestOf("two")}}
	if _, err := s.push("index", "all", index); !errors.As(err, &missing) || len(missing.Images) != 2 {
		t.Fatalf("got %v", err)
	}
	s.shows("", 0, 0)
	s.upload("a", "b", "config")
	for _, name := range []string{"one", "two"} {
		if _, err := s.push(name, "", imageOf("a", "b", "config")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.push("index", "all", index); err != nil {
		t.Fatal(err)
	}
	if got := IndexesOf(s.Read(), web, digestOf("one")); !slices.Equal(got, []string{digestOf("index")}) {
		t.Errorf("it is part of %q", got)
	}
	s.shows("all", 3, 3)
	if l := Layers.Find(s.Read(), web, digestOf("a")); l.MediaType != "type of a" {
		t.Errorf("the layer is a %q", l.MediaType)
	}
}

func TestForeignLayersAreNotPushed(t *testing.T) {
	s := openShop(t, *web)
	s.upload("config")
	for _, media := range []string{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"} {
		m := imageOf("config")
		m.Blobs = append(m.Blobs, Blob{MediaType: media, Digest: digestOf("foreign"), Size: 7})
		if _, err := s.push(media, media[strings.LastIndex(media, ".tar"):], m); err != nil {
			t.Error(err)
		}
	}
	s.shows(".tar+gzip .tar.gzip", 2, 1)
}

func TestATagMovesUnlessItIsImmutable(t *testing.T) {
	for _, c := range []struct {
		mutability string
		exclusions []Exclusion
		tag        string
		moves      bool
	}{
		{"MUTABLE", nil, "v1", true},
		{"IMMUTABLE", nil, "v1", false},
		{"IMMUTABLE_WITH_EXCLUSION", []Exclusion{{"WILDCARD", "latest*"}}, "v1", false},
		{"IMMUTABLE_WITH_EXCLUSION", []Exclusion{{"WILDCARD", "latest*"}}, "latest-2", true},
		{"MUTABLE_WITH_EXCLUSION", []Exclusion{{"WILDCARD", "v*"}}, "v1", false},
		{"MUTABLE_WITH_EXCLUSION", []Exclusion{{"WILDCARD", "v*"}}, "latest", true},
	} {
		t.Run(fmt.Sprint(c.mutability, c.tag), func(t *testing.T) {
			r := *web
			r.Mutability, r.Exclusions = c.mutability, c.exclusions
			s := openShop(t, r)
			s.upload("config")
			for i := range 2 {
				done, err := s.push("one", c.tag, imageOf("config"))
				if err != nil || done.Known != (i == 1) {
					t.Fatalf("push %d: %+v %v", i, done, err)
				}
			}
			_, err := s.push("two", c.tag, imageOf("config"))
			var immutable *TagImmutableError
			if c.moves != (err == nil) || !c.moves && (!errors.As(err, &immutable) || immutable.Tag != c.tag) {
				t.Errorf("got %v", err)
			}
			images := 1
			if c.moves {
				images = 2
			}
			s.shows(c.tag, images, 1)
		})
	}
}

func TestTheLastTagTakesItsImageAlong(t *testing.T) {
	s := openShop(t, *web)
	s.upload("base", "one", "two")
	s.push("image one", "v1", imageOf("base", "one"))
	s.push("image one", "stable", imageOf("base", "one"))
	s.push("image two", "v2", imageOf("base", "two"))
	s.push("image two", "stable", imageOf("base", "two")) // moves
	s.shows("v1 v2 stable", 2, 3)
	untag := func(tag string) (gone []string) {
		s.do(func(tx *store.Tx) error {
			gone = Untag(tx, web, Tags.Find(tx, web, tag), start)
			return nil
		})
		return gone
	}
	if gone := untag("v2"); len(gone) != 0 {
		t.Errorf("with v2 go %q", gone)
	}
	if gone := untag("v1"); !slices.Equal(gone, []string{digestOf("image one"), digestOf("one")}) {
		t.Errorf("with v1 go %q", gone)
	}
	s.shows("stable", 1, 2)
	s.push("index", "all", &Manifest{Children: []string{digestOf("image two")}})
	if gone := untag("stable"); len(gone) != 0 {
		t.Errorf("the index loses %q", gone)
	}
	s.shows("all", 2, 2)
	var gone []string
	s.do(func(tx *store.Tx) error { gone = Remove(tx, web); return nil })
	if len(gone) != 4 || InUse(s.Read(), digestOf("base")) {
		t.Errorf("with the repository go %q", gone)
	}
	s.shows("", 0, 0)
}

func TestLayersThatNoManifestNamesGoAfterADay(t *testing.T) {
	s := openShop(t, *web)
	s.upload("named", "unnamed")
	s.push("image", "", imageOf("named"))
	for _, c := range []struct {
		after time.Duration
		gone  int
	}{{24 * time.Hour, 0}, {24*time.Hour + 1, 1}, {48 * time.Hour, 0}} {
		var gone []string
		s.do(func(tx *store.Tx) error {
			gone = ForgetLayers(tx, start.Add(c.after))
			return nil
		})
		if len(gone) != c.gone {
			t.Errorf("after %v go %q", c.after, gone)
		}
	}
	s.shows("", 1, 1)
}

func TestALayerThatIsUploadedAgainHasADayForItsManifest(t *testing.T) {
	s := openShop(t, *web)
	s.upload("named", "unnamed")
	s.push("image", "", imageOf("named"))
	s.do(func(tx *store.Tx) error {
		for _, l := range []string{"named", "unnamed"} {
			AddLayer(tx, web, digestOf(l), int64(len(l)), start.Add(23*time.Hour))
		}
		return nil
	})
	for _, c := range []struct {
		after  time.Duration
		layers int
	}{{47 * time.Hour, 2}, {47*time.Hour + 1, 1}} {
		s.do(func(tx *store.Tx) error { ForgetLayers(tx, start.Add(c.after)); return nil })
		s.shows("", 1, c.layers)
	}
	if l := Layers.Find(s.Read(), web, digestOf("named")); l.MediaType != "type of named" || !l.UploadedAt.Equal(start) {
		t.Errorf("the layer of the image is %+v", l)
	}
}

func TestBadManifestsAreRefused(t *testing.T) {
	const oci, index = `"application/vnd.oci.image.manifest.v1+json"`, `"application/vnd.oci.image.index.v1+json"`
	good := digestOf("x")
	for text, want := range map[string]string{
		`spaces`:                 "not valid JSON",
		`{"schemaVersion":2} {}`: "not valid JSON",
		`null`:                   "schemaVersion 0",
		`{"schemaVersion":1,"mediaType":` + oci + `}`:                                                                      "schemaVersion 1",
		`{"schemaVersion":2}`:                                                                                              `media type "" is not supported`,
		`{"schemaVersion":2,"mediaType":"text/plain"}`:                                                                     `media type "text/plain" is not supported`,
		`{"schemaVersion":2,"mediaType":` + oci + `}`:                                                                      "no config",
		`{"schemaVersion":2,"mediaType":` + oci + `,"config":{"digest":"sha256:../../x"}}`:                                 "no SHA-256 digest",
		`{"schemaVersion":2,"mediaType":` + oci + `,"config":{"digest":"` + good + `","size":-1}}`:                         "-1 bytes",
		`{"schemaVersion":2,"mediaType":` + oci + `,"config":{"digest":"` + good + `","size":9223372036854775807}}`:        "9223372036854775807 bytes",
		`{"schemaVersion":2,"mediaType":` + oci + `,"layers":{}}`:                                                          "are no list",
		`{"schemaVersion":2,"mediaType":` + oci + `,"layers":["x"]}`:                                                       "not valid JSON",
		`{"schemaVersion":2,"mediaType":` + oci + `,"layers":null}`:                                                        "no config",
		`{"schemaVersion":2,"mediaType":` + oci + `,"layers":[{}` + strings.Repeat(",{}", 10_000) + `]}`:                   "the manifest names more than 10000 layers",
		`{"schemaVersion":2,"mediaType":` + index + `,"manifests":[{}` + strings.Repeat(",{}", 10_000) + `]}`:              "the manifest names more than 10000 layers or manifests",
		`{"schemaVersion":2,"mediaType":` + index + `,"manifests":[{"digest":"sha512:` + strings.Repeat("0", 128) + `"}]}`: "no SHA-256 digest",
		`{"schemaVersion":2,"mediaType":` + index + `,"manifests":[],"subject":{"digest":"latest"}}`:                       "no SHA-256 digest",
	} {
		if _, err := ReadManifest([]byte(text), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.200s: %v", text, err)
		}
	}
	if _, err := ReadManifest([]byte(`{"schemaVersion":2,"mediaType":`+oci+`}`), "application/vnd.oci.image.index.v1+json"); err == nil {
		t.Error("it came as another type")
	}
	m, err := ReadManifest([]byte(`{"schemaVersion":2,"config":{"mediaType":"c","digest":"`+good+`","size":3},"layers":[{"mediaType":"l","digest":"`+
		digestOf("y")+`","size":4}]}`), "application/vnd.docker.distribution.manifest.v2+json")
	if err != nil || m.ImageSize() != 7 || m.ArtifactType != "c" || len(m.Blobs) != 2 || m.Blobs[1].MediaType != "c" {
		t.Errorf("got %+v, %v", m, err)
	}
}
