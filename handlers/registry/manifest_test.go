package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func ecrScope(region string) arn.Scope { return arn.Scope{Region: region, Account: account} }

func TestBadManifestsLeaveNothing(t *testing.T) {
	w := start(t, 0, "web")
	w.upload("web", "config")
	good := manifestOf("config")
	index := func(digest string) string {
		return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"digest":%q,"size":1}]}`, ociIndex, ociManifest, digest)
	}
	for _, c := range []struct {
		path, content, media string
		status               int
		code                 string
	}{
		{"web/manifests/v1", "", ociManifest, 400, "MANIFEST_INVALID"},
		{"web/manifests/v1", "{", ociManifest, 400, "not valid JSON"},
		{"web/manifests/v1", strings.Repeat(" ", 5<<20), ociManifest, 413, "MANIFEST_INVALID"},
		{"web/blobs/uploads/y/manifests/v1", "{", ociManifest, 400, "not valid JSON"},
		{"web/blobs/uploads/y/manifests/v1", strings.Repeat(" ", 5<<20), ociManifest, 413, "MANIFEST_INVALID"},
		{"web/manifests/v1", good, "application/octet-stream", 400, "came as"},
		{"web/manifests/v1", `{"schemaVersion":2}`, "", 400, "MANIFEST_INVALID"},
		{"web/manifests/v1", good, ociIndex, 400, "MANIFEST_INVALID"},
		{"web/manifests/v1", good, "not / a type", 400, "MANIFEST_INVALID"},
		{"web/manifests/v1", `{"schemaVersion":1}`, "application/vnd.docker.distribution.manifest.v1+prettyjws", 400, "schemaVersion 1"},
		{"web/manifests/v1", manifestOf("config", "a", "b"), ociManifest, 404, "Layers with digests '[" + digestOf("a") + "," + digestOf("b") +
			"]' required for pushing image into repository with name 'web' in the registry with id '123456789012' do not exist"},
		{"web/manifests/v1", manifestOf("config", strings.Split("0123456789abc", "")...), ociManifest, 404, digestOf("9") + " and 3 more]'"},
		{"web/manifests/v1", index(digestOf("child")), ociIndex, 404, "MANIFEST_BLOB_UNKNOWN"},
		{"web/manifests/v1", index("sha256:../../x"), ociIndex, 400, "MANIFEST_INVALID"},
		{"web/manifests/v1", strings.Replace(good, "{", `{"subject":{"digest":"`+digestOf("x")+`","size":1,"urls":1},`, 1), ociManifest, 400, "MANIFEST_INVALID"},
		{"web/manifests/" + digestOf("another"), good, ociManifest, 400, "DIGEST_INVALID"},
		{"web/manifests/sha512:" + strings.Repeat("0", 128), good, ociManifest, 400, "TAG_INVALID"},
		{"web/manifests/", good, ociManifest, 404, "MANIFEST_UNKNOWN"},
		{"web/manifests/-v1", good, ociManifest, 400, "TAG_INVALID"},
		{"web/manifests/..", good, ociManifest, 400, "TAG_INVALID"},
		{"web/manifests/" + strings.Repeat("v", 129), good, ociManifest, 400, "TAG_INVALID"},
		{"missing/manifests/v1", good, ociManifest, 404, "NAME_UNKNOWN"},
		{"we--!b/manifests/v1", good, ociManifest, 400, "NAME_INVALID"},
	} {
		w.ask(http.MethodPut, "/v2/"+c.path, c.content, "Content-Type", c.media).is(c.status, c.code)
	}
	if left := w.left("config"); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	w.ask(http.MethodGet, "/v2/web/manifests/", "").is(http.StatusNotFound, "MANIFEST_UNKNOWN")
	w.ask(http.MethodPut, "/v2/web/manifests/v1", good+strings.Repeat(" ", 3<<20), "Content-Type", ociManifest+"; charset=utf-8").is(http.StatusCreated)
}

func TestAManifestWithoutAContentTypeHasItsOwn(t *testing.T) {
	w := start(t, 0, "web")
	w.upload("web", "config")
	w.ask(http.MethodPut, "/v2/web/manifests/v1", manifestOf("config")).is(http.StatusCreated)
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK).has("Content-Type", ociManifest)
}

// OCI distribution specification, pushing manifests with subject.
func TestTheAnswerNamesTheSubject(t *testing.T) {
	w := start(t, 0, "web")
	w.upload("web", "config")
	manifest := strings.Replace(manifestOf("config"), "{", `{"subject":{"mediaType":"`+ociManifest+`","digest":"`+digestOf("x")+`","size":1},`, 1)
	for _, media := range []string{ociManifest, ociManifest + "; charset=utf-8", ""} {
		w.ask(http.MethodPut, "/v2/web/manifests/v1", manifest, "Content-Type", media).is(http.StatusCreated).has("OCI-Subject", digestOf("x"))
	}
}

// ECR-11, ECR-13, ECR-8.
func TestTagsStandInTheOrderOfTagging(t *testing.T) {
	w := start(t, 0, "web", "empty")
	first := w.push("web", "original", "config", "layer")
	w.push("web", "another", "config", "layer 2")
	got := w.ask(http.MethodPut, "/v2/web/manifests/http-tag", manifestOf("config", "layer"), "Content-Type", ociManifest).is(http.StatusCreated)
	if got.text != "" {
		t.Errorf("the answer is %q", got.text)
	}
	got = w.ask(http.MethodGet, "/v2/web/tags/list", "").is(http.StatusOK).has("Content-Type", "text/plain; charset=utf-8")
	if want := `{"name":"web","tags":["original","another","http-tag"]}`; got.text != want {
		t.Errorf("got %s", got.text)
	}
	w.ask(http.MethodGet, "/v2/web/tags/list?n=2", "").is(http.StatusOK, `["another","http-tag"]`).has("Link", `</v2/web/tags/list?last=http-tag&n=2>;rel="next"`)
	w.ask(http.MethodGet, "/v2/web/tags/list?n=2&last=http-tag", "").is(http.StatusOK, `["original"]`).has("Link", "")
	w.ask(http.MethodGet, "/v2/web/tags/list?n=1001", "").is(http.StatusBadRequest)
	w.ask(http.MethodGet, "/v2/web/tags/list?n=x", "").is(http.StatusBadRequest)
	w.ask(http.MethodGet, "/v2/empty/tags/list", "").is(http.StatusOK)
	got = w.ask(http.MethodGet, "/v2/web/manifests/http-tag", "").is(http.StatusOK).has("Content-Type", ociManifest)
	if got.text != manifestOf("config", "layer") {
		t.Errorf("got %s", got.text)
	}
	w.ask(http.MethodHead, "/v2/web/manifests/http-tag", "").is(http.StatusOK).has("Docker-Content-Digest", first)
	w.ask(http.MethodGet, "/v2/web/manifests/latest", "").is(http.StatusNotFound, `"code":"MANIFEST_UNKNOWN"`, "Requested image not found")
	w.ask(http.MethodGet, "/v2/web/manifests/"+digestOf("x"), "").is(http.StatusNotFound, "MANIFEST_UNKNOWN")

	w.must(w.store.Update(func(tx *store.Tx) error {
		changed := *ecr.Repositories.Find(tx, home, "web")
		changed.Mutability = "IMMUTABLE"
		ecr.Repositories.Put(tx, &changed)
		return nil
	}))
	w.ask(http.MethodPut, "/v2/web/manifests/another", manifestOf("config", "layer"), "Content-Type", ociManifest).is(http.StatusBadRequest, `"code":"TAG_INVALID"`,
		"The image tag 'another' already exists in the 'web' repository and cannot be overwritten because the repository is immutable.")
}

func TestDeletedImagesGoAtOnce(t *testing.T) {
	w := start(t, 0, "web", "copy")
	first, second := w.push("web", "v1", "config", "base", "one"), w.push("web", "v2", "config", "base", "two")
	w.push("copy", "v1", "config", "base", "one")
	index := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"digest":%q,"size":1}]}`, ociIndex, ociManifest, second)
	w.ask(http.MethodPut, "/v2/web/manifests/all", index, "Content-Type", ociIndex).is(http.StatusCreated)
	w.ask(http.MethodDelete, "/v2/web/manifests/"+second, "").is(http.StatusMethodNotAllowed, "Requested image referenced by manifest list: ["+digestOf(index)+"]")
	w.ask(http.MethodDelete, "/v2/web/blobs/"+digestOf("two"), "").is(http.StatusMethodNotAllowed, "UNSUPPORTED")
	w.ask(http.MethodDelete, "/v2/web/manifests/all", "").is(http.StatusAccepted)
	w.ask(http.MethodDelete, "/v2/web/manifests/"+second, "").is(http.StatusAccepted)
	w.ask(http.MethodDelete, "/v2/web/manifests/"+second, "").is(http.StatusNotFound)
	w.ask(http.MethodGet, "/v2/web/manifests/v2", "").is(http.StatusNotFound)
	w.ask(http.MethodDelete, "/v2/web/manifests/v1", "").is(http.StatusAccepted) // the last tag (ECR-19)
	w.ask(http.MethodGet, "/v2/web/manifests/"+first, "").is(http.StatusNotFound)
	w.ask(http.MethodGet, "/v2/web/blobs/"+digestOf("base"), "").is(http.StatusNotFound)
	w.ask(http.MethodGet, "/v2/copy/blobs/"+digestOf("base"), "").is(http.StatusOK)
	if left := w.left("config", "base", "one", manifestOf("config", "base", "one")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	w.ask(http.MethodDelete, "/v2/copy/manifests/v1", "").is(http.StatusAccepted)
	if left := w.left(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	w.ask(http.MethodDelete, "/v2/web/blobs/"+w.upload("web", "unnamed"), "").is(http.StatusAccepted)
	if left := w.left(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// What crane's users do, in its own code.
func TestCraneCopiesListsAndDeletes(t *testing.T) {
	w := start(t, 0, "web", "copy")
	host := strings.TrimPrefix(w.URL, "http://")
	login := crane.WithAuth(&authn.Basic{Username: "AWS", Password: w.password})
	image, err := random.Image(100_000, 3)
	w.must(err)
	w.must(crane.Push(image, host+"/web:v1", login))
	w.must(crane.Copy(host+"/web:v1", host+"/copy:v1", login))
	w.must(crane.Tag(host+"/copy:v1", "stable", login))
	tags, err := crane.ListTags(host+"/copy", login)
	if err != nil || !slices.Equal(tags, []string{"v1", "stable"}) {
		t.Errorf("got %q, %v", tags, err)
	}
	want, err := image.Digest()
	w.must(err)
	got, err := crane.Digest(host+"/copy:stable", login)
	if err != nil || got != want.String() {
		t.Errorf("got %s, %v", got, err)
	}
	pulled, err := crane.Pull(host+"/copy@"+got, login)
	w.must(err)
	w.must(crane.Save(pulled, "copy", t.TempDir()+"/image.tar"))
	catalog, err := crane.Catalog(host, login)
	if err != nil || !slices.Equal(catalog, []string{"copy", "web"}) {
		t.Errorf("got %q, %v", catalog, err)
	}
	w.must(crane.Delete(host+"/copy@"+got, login))
	var refusal *transport.Error
	if _, err := crane.Digest(host+"/copy:v1", login); !errors.As(err, &refusal) || refusal.StatusCode != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
	if _, err := crane.Digest(host+"/web:v1", crane.WithAuth(authn.Anonymous)); !errors.As(err, &refusal) || refusal.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a login: %v", err)
	}
}
