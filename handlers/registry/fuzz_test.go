package registry_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// FuzzRequest sends any request, in place of %s with an upload that is there: it is never the registry's fault, and what the
// registry has afterwards is whole.
func FuzzRequest(f *testing.F) {
	for _, c := range [][5]string{
		{"GET", "/v2/web/blobs/" + digestOf("layer"), "bytes=1-2", "", ""},
		{"GET", "/v2/web/blobs/" + digestOf("layer"), "bytes=-1", "", ""},
		{"PATCH", "%s", "", "0-1", "xy"},
		{"PUT", "%s?digest=" + digestOf("xy"), "", "", "xy"},
		{"DELETE", "%s", "", "", ""},
		{"POST", "/v2/web/blobs/uploads/?mount=" + digestOf("layer") + "&from=web", "", "", ""},
		{"POST", "/v2/web/blobs/uploads/?digest=" + digestOf("x"), "", "", "x"},
		{"PUT", "/v2/web/manifests/v2", ociManifest, "", manifestOf("config", "layer")},
		{"PUT", "/v2/web/manifests/v2", "", "", `{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[],"subject":{}}`},
		{"GET", "/v2/web/tags/list?n=1&last=v1", "", "", ""},
		{"GET", "/v2/web/referrers/" + digestOf("x") + "?artifactType=a", "", "", ""},
		{"GET", "/v2/_catalog?n=0", "", "", ""},
		{"HEAD", "/v2/123456789012/eu-west-1/web/manifests/v1", "", "", ""},
		{"GET", "/v2/web/manifests/" + digestOf(manifestOf("config", "layer")), "", "", ""},
		{"GET", "/v2/web/manifests/", "", "", ""},
		{"DELETE", "/v2/web/manifests/" + digestOf(manifestOf("config", "layer")), "", "", ""},
		{"DELETE", "/v2/web/blobs/" + digestOf("unnamed"), "", "", ""},
	} {
		f.Add(c[0], c[1], c[2], c[3], c[4])
	}
	w, filled, upload := start(f, 1<<20), "not yet", ""
	f.Fuzz(func(t *testing.T, method, target, first, contentRange, content string) {
		w.TB = t
		if w.state() != filled {
			upload = w.fill()
			filled = w.state()
		}
		target = strings.Replace(target, "%s", upload, 1)
		at, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(at.Path, "/v2/") {
			return
		}
		req := httptest.NewRequest(http.MethodGet, "http://registry/", strings.NewReader(content))
		req.Method, req.URL, req.ContentLength = method, at, int64(len(content))
		for _, name := range []string{"Range", "Content-Type"} {
			req.Header.Set(name, first)
		}
		req.Header.Set("Content-Range", contentRange)
		w.serve(req)
		w.sound()
	})
}

// fill empties the registry and gives it an image, a layer that no image has, and an upload, which is at the path that it
// returns.
func (w *world) fill() (upload string) {
	w.Helper()
	w.must(w.store.Reset())
	w.must(w.files.Reset())
	w.create(home, "web")
	w.password = w.login(ecr.Login{Account: account, Region: home.Region, Issued: w.now.UnixMilli()})
	w.push("web", "v1", "config", "layer")
	w.upload("web", "unnamed")
	return w.begin("web")
}

// state tells of files and tags in web, so that it is another one after a change.
func (w *world) state() string {
	w.Helper()
	text := ""
	for _, path := range w.left() {
		info, err := os.Stat(path)
		w.must(err)
		text += fmt.Sprintln(path, info.Size())
	}
	for _, t := range ecr.TagsInOrder(w.store.Read(), &ecr.Repository{Scope: home, Name: "web"}) {
		text += fmt.Sprintln(t.Name, t.Digest)
	}
	return text
}

// FuzzManifest pushes any manifest: the registry refuses it, or has it as it was pushed until it is deleted.
func FuzzManifest(f *testing.F) {
	const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	image, blob := manifestOf("config", "layer"), `{"mediaType":"a/b","digest":"`+digestOf("config")+`","size":6}`
	for _, c := range [][2]string{
		{ociManifest, image}, {"", image}, {ociManifest + "; charset=utf-8", image + "\n"}, {dockerManifest, image},
		{dockerManifest, `{"schemaVersion":2,"config":` + blob + `,"layers":null}`},
		{ociManifest, `{"schemaVersion":2,"config":` + blob + `,"layers":[` + blob + `,` + blob + `],"subject":` + blob + `,"annotations":{"a":"b"}}`},
		{ociManifest, `{"schemaVersion":2,"config":` + blob + `,"subject":{"digest":"` + digestOf("x") + `","size":1,"data":"="}}`},
		{ociManifest, `{"schemaVersion":2,"config":` + blob + `,"config":null,"Layers":[{}],"artifactType":"a/b"}`},
		{ociManifest, `{"schemaVersion":2e0,"config":{"digest":"` + digestOf("config") + `","size":-1}}`},
		{ociManifest, strings.Replace(manifestOf("config", "elsewhere"), "layer.v1", "layer.nondistributable.v1", 1)},
		{ociIndex, `{"schemaVersion":2,"manifests":[{"mediaType":"` + ociManifest + `","digest":"` + digestOf(image) + `","size":1}]}`},
		{ociIndex, `{"schemaVersion":2,"manifests":[[]],"mediaType":"` + ociIndex + `"}`},
		{"application/vnd.docker.distribution.manifest.list.v2+json", `{"schemaVersion":2,"manifests":[]}`},
	} {
		f.Add(c[0], []byte(c[1]))
	}
	w := start(f, 1<<20, "web")
	w.push("web", "v1", "config", "layer")
	f.Fuzz(func(t *testing.T, media string, content []byte) {
		w.TB = t
		req := httptest.NewRequest(http.MethodPut, "/v2/web/manifests/v2", bytes.NewReader(content))
		req.Header.Set("Content-Type", media)
		answer := w.serve(req)
		w.sound()
		digest := digestOf(string(content))
		if answer.Code == http.StatusCreated {
			for _, reference := range []string{"v2", digest} {
				got := w.serve(httptest.NewRequest(http.MethodGet, "/v2/web/manifests/"+reference, nil))
				if got.Code != http.StatusOK || !bytes.Equal(got.Body.Bytes(), content) {
					t.Errorf("%s is %d %q", reference, got.Code, got.Body)
				}
			}
			w.serve(httptest.NewRequest(http.MethodDelete, "/v2/web/manifests/v2", nil))
			w.sound()
		}
		gone := w.serve(httptest.NewRequest(http.MethodGet, "/v2/web/manifests/"+digest, nil))
		if gone.Code == http.StatusOK && digest != digestOf(image) {
			t.Errorf("it is there, after %d %s", answer.Code, answer.Body)
		}
	})
}

// serve answers a request of the account's root. It is not the registry's fault, and content has the digest that is said.
func (w *world) serve(req *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	req.SetBasicAuth(ecr.LoginUser, w.password)
	answer := httptest.NewRecorder()
	w.Config.Handler.ServeHTTP(answer, req)
	if answer.Code >= http.StatusInternalServerError {
		w.Errorf("%s %s: %d %s", req.Method, req.URL, answer.Code, answer.Body)
	}
	digest := answer.Header().Get("Docker-Content-Digest")
	if req.Method == http.MethodGet && answer.Code == http.StatusOK && digest != "" && digest != digestOf(answer.Body.String()) {
		w.Errorf("%s %s has the digest %s, and is %q", req.Method, req.URL, digest, answer.Body)
	}
	return answer
}

// sound fails unless each file in web is of a row or of an upload under way, and has its digest, and each row has its file.
func (w *world) sound() {
	w.Helper()
	tx, web := w.store.Read(), &ecr.Repository{Scope: home, Name: "web"}
	size := int64(0)
	for _, path := range w.left() {
		name := filepath.Base(path)
		content := w.read(path)
		size += int64(len(content))
		if _, err := w.files.Upload(web, name); err == nil {
			continue
		}
		if digest := "sha256:" + name; digestOf(content) != digest || !ecr.InUse(tx, digest) {
			w.Errorf("the file %s is left, with %q", path, content)
		}
	}
	if got := w.files.Size(); got != size {
		w.Errorf("the files have %d bytes, and %d count", size, got)
	}
	w.haveFiles(tx, web)
	w.checkLog()
}

func (w *world) haveFiles(tx *store.Tx, r *ecr.Repository) {
	w.Helper()
	digests := []string{}
	for _, l := range ecr.Layers.List(tx, r) {
		digests = append(digests, l.Digest)
	}
	for _, i := range ecr.Images.List(tx, r) {
		digests = append(digests, i.Digest)
	}
	for _, digest := range digests {
		if !w.files.Has(digest) {
			w.Errorf("%s has no file", digest)
		}
	}
}

func (w *world) read(path string) string {
	w.Helper()
	content, err := os.ReadFile(path)
	w.must(err)
	return string(content)
}
