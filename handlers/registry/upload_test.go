package registry_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// begin begins an upload, and returns where it goes on.
func (w *world) begin(repository string) string {
	w.Helper()
	location := w.ask(http.MethodPost, "/v2/"+repository+"/blobs/uploads/", "").is(http.StatusAccepted).Header.Get("Location")
	if !strings.HasPrefix(location, "/v2/"+repository+"/blobs/uploads/") {
		w.Fatalf("the upload is at %q", location)
	}
	return location
}

// Docker sends a layer in one PATCH without a range, and ends the upload without a body.
func TestALayerComesAsDockerSendsIt(t *testing.T) {
	w := start(t, 0, "web")
	at := w.begin("web")
	w.ask(http.MethodPatch, at, "Hello, world").is(http.StatusAccepted).has("Range", "0-11")
	digest := digestOf("Hello, world")
	w.ask(http.MethodPut, at+"?digest="+digest, "").is(http.StatusCreated).has("Docker-Content-Digest", digest).has("Location", "/v2/web/blobs/"+digest)
	w.ask(http.MethodHead, "/v2/web/blobs/"+digest, "").is(http.StatusOK).has("Content-Length", "12")
	w.ask(http.MethodGet, at, "").is(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	for text, want := range map[string]string{
		"": "Hello, world", "bytes=0-": "Hello, world", "bytes=7-": "world", "bytes=0-4": "Hello", "bytes=-5": "world", "bytes=-99": "Hello, world", "bytes=11-99": "d",
	} {
		status := http.StatusOK
		if text != "" {
			status = http.StatusPartialContent
		}
		if got := w.ask(http.MethodGet, "/v2/web/blobs/"+digest, "", "Range", text).is(status); got.text != want {
			t.Errorf("%s is %q", text, got.text)
		}
	}
	for _, text := range []string{"bytes=12-", "bytes=99-100", "bytes=-0", "bytes=5-4", "bytes=0-1,3-4", "bytes=x", "lines=1-2"} {
		w.ask(http.MethodGet, "/v2/web/blobs/"+digest, "", "Range", text).is(http.StatusRequestedRangeNotSatisfiable)
	}
	empty := "/v2/web/blobs/" + w.upload("web", "")
	w.ask(http.MethodGet, empty, "").is(http.StatusOK).has("Content-Length", "0")
	w.ask(http.MethodGet, empty, "", "Range", "bytes=0-0").is(http.StatusRequestedRangeNotSatisfiable)
	if left := w.left("Hello, world", ""); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

func TestALayerComesInParts(t *testing.T) {
	w := start(t, 0, "web")
	at := w.begin("web")
	w.ask(http.MethodPatch, at, "H", "Content-Range", "0-0").is(http.StatusAccepted).has("Range", "0-0")
	w.ask(http.MethodPatch, at, "ello", "Content-Range", "1-4").is(http.StatusAccepted).has("Range", "0-4")
	for text, content := range map[string]string{
		"0-4": "again", "7-11": "world", "5-6": "too long", "bytes 5-6/12": ", ", "5-": ", ", "6-5": ", ", "-5-6": ", ", "99999999999999999999-0": ", ",
	} {
		w.ask(http.MethodPatch, at, content, "Content-Range", text).is(http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID")
		w.ask(http.MethodPut, at+"?digest="+digestOf("Hello, world"), content, "Content-Range", text).is(http.StatusRequestedRangeNotSatisfiable)
	}
	w.ask(http.MethodPatch, at, ", ").is(http.StatusAccepted).has("Range", "0-6")
	w.ask(http.MethodGet, at, "").is(http.StatusNoContent).has("Range", "0-6")
	w.ask(http.MethodPut, at+"?digest="+digestOf("Hello, world"), "world", "Content-Range", "7-11").is(http.StatusCreated)
	if left := w.left("Hello, world"); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

// sendHalf announces 12 bytes and sends 5 of them.
func (w *world) sendHalf(method, path string) {
	w.Helper()
	conn, err := net.Dial("tcp", w.Listener.Addr().String())
	w.must(err)
	defer conn.Close()
	login, _ := http.NewRequest(method, w.URL, nil)
	login.SetBasicAuth("AWS", w.password)
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: registry\r\nAuthorization: %s\r\nContent-Type: %s\r\nContent-Length: 12\r\n\r\nHello",
		method, path, login.Header.Get("Authorization"), ociManifest)
	w.must(conn.(*net.TCPConn).CloseWrite())
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	w.must(err)
	if answer.StatusCode != http.StatusBadRequest {
		w.Errorf("%s %s that ends early: %s", method, path, answer.Status)
	}
}

func TestABodyThatEndsEarly(t *testing.T) {
	w := start(t, 0, "web")
	at := w.begin("web")
	w.sendHalf(http.MethodPatch, at)
	w.ask(http.MethodGet, at, "").is(http.StatusNoContent).has("Range", "0-4")
	w.ask(http.MethodPatch, at, ", world").is(http.StatusAccepted)
	w.ask(http.MethodPut, at+"?digest="+digestOf("Hello, world"), "").is(http.StatusCreated)

	w.sendHalf(http.MethodPut, "/v2/web/manifests/v1")
	w.sendHalf(http.MethodPost, "/v2/web/blobs/uploads/?digest="+digestOf("Hello, world"))
	at = w.begin("web")
	w.sendHalf(http.MethodPut, at+"?digest="+digestOf("Hello, world"))
	w.ask(http.MethodGet, at, "").is(http.StatusNoContent).has("Range", "0-4")
	w.ask(http.MethodDelete, at, "").is(http.StatusNoContent)
	w.ask(http.MethodDelete, at, "").is(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	if left := w.left("Hello, world"); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

func TestBadUploadsLeaveNothing(t *testing.T) {
	w := start(t, 0, "web", "other")
	at := w.begin("web")
	elsewhere := strings.Replace(at, "/web/", "/other/", 1)
	for _, c := range []struct {
		method, path, content string
		status                int
		code                  string
	}{
		{http.MethodPost, "/v2/missing/blobs/uploads/", "", 404, "NAME_UNKNOWN"},
		{http.MethodPost, "/v2/Capitals/blobs/uploads/", "", 400, "NAME_INVALID"},
		{http.MethodPost, "/v2/web/../../x/blobs/uploads/", "", 400, "NAME_INVALID"},
		{http.MethodPost, "/v2/web/%2e%2e/blobs/uploads/", "", 400, "NAME_INVALID"},
		{http.MethodPost, "/v2/web/blobs/uploads/?digest=" + digestOf("x"), "y", 400, "DIGEST_INVALID"},
		{http.MethodPost, "/v2/web/blobs/uploads/?digest=sha256:../../x", "x", 400, "DIGEST_INVALID"},
		{http.MethodPost, "/v2/web/blobs/uploads/?digest=sha512:" + strings.Repeat("0", 128), "x", 400, "DIGEST_INVALID"},
		{http.MethodPost, "/v2/web/blobs/uploads/?%zz", "", 400, ""},
		{http.MethodPatch, elsewhere, "x", 404, "BLOB_UPLOAD_UNKNOWN"},
		{http.MethodPut, elsewhere + "?digest=" + digestOf(""), "", 404, "BLOB_UPLOAD_UNKNOWN"},
		{http.MethodPatch, "/v2/web/blobs/uploads/Li4vLi4", "x", 404, "BLOB_UPLOAD_UNKNOWN"}, // ../..
		{http.MethodPatch, "/v2/web/blobs/uploads/!", "x", 400, ""},
		{http.MethodPatch, "/v2/web/blobs/uploads/../../../x", "x", 404, ""},
		{http.MethodDelete, "/v2/web/blobs/uploads/!", "", 400, ""},
		{http.MethodPut, at, "x", 400, "DIGEST_INVALID"},
		{http.MethodPut, at + "?digest=latest", "x", 400, "DIGEST_INVALID"},
		{http.MethodGet, "/v2/web/blobs/sha256:..", "", 400, "DIGEST_INVALID"},
		{http.MethodGet, "/v2/web/blobs/" + digestOf("x"), "", 404, "BLOB_UNKNOWN"},
		{http.MethodDelete, "/v2/web/blobs/" + digestOf("x"), "", 404, "BLOB_UNKNOWN"},
		{http.MethodPost, "/v2/web/blobs/" + digestOf("x"), "", 405, ""},
		{http.MethodGet, "/v2/", "", 200, ""},
		{http.MethodGet, "/v2/web", "", 404, ""},
		{http.MethodGet, "/v2/web/anything/else", "", 404, ""},
	} {
		w.ask(c.method, c.path, c.content).is(c.status, c.code)
	}
	w.ask(http.MethodPatch, at, "x").is(http.StatusAccepted)
	w.ask(http.MethodPut, at+"?digest="+digestOf("y"), "").is(http.StatusBadRequest, "DIGEST_INVALID", digestOf("x"))
	w.ask(http.MethodPatch, at, "x").is(http.StatusNotFound)
	if left := w.left(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}

func TestAFullRegistryRefusesOnePush(t *testing.T) {
	w := start(t, 1000, "web")
	w.push("web", "v1", "config", "layer")
	at := w.begin("web")
	w.ask(http.MethodPatch, at, strings.Repeat("x", 1000)).is(http.StatusForbidden, "DENIED", "The registry is full")
	w.ask(http.MethodPatch, at, "x").is(http.StatusNotFound)
	large := manifestOf("config", "layer") + strings.Repeat(" ", 1000)
	w.ask(http.MethodPut, "/v2/web/manifests/v2", large, "Content-Type", ociManifest).is(http.StatusForbidden, "The registry is full")
	if left := w.left("config", "layer", manifestOf("config", "layer")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	w.upload("web", "small")
}

func TestParallelPushesOfOneLayer(t *testing.T) {
	w := start(t, 0, "web", "other")
	content := strings.Repeat("layer", 200_000)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { w.push([]string{"web", "other"}[i%2], fmt.Sprint("v", i), "config", content) })
	}
	all.Wait()
	if left := w.left(content, "config", manifestOf("config", content)); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	if got := w.ask(http.MethodGet, "/v2/other/blobs/"+digestOf(content), ""); got.text != content {
		t.Errorf("it has %d bytes", len(got.text))
	}
}

// ECR-23.
func TestBlobsAreMountedWhereTheSettingSaysSo(t *testing.T) {
	w := start(t, 0, "web", "source")
	w.create(ecrScope("eu-west-3"), "source")
	w.push("source", "v1", "config", "layer")
	w.upload("source", "unnamed")
	w.push(account+"/eu-west-3/source", "v1", "config", "far layer")
	mount := func(from, content string) *reply {
		return w.ask(http.MethodPost, "/v2/web/blobs/uploads/?mount="+digestOf(content)+"&from="+from, "")
	}
	mount("source", "layer").is(http.StatusAccepted)
	w.set(func() { w.mount = true })
	for from, content := range map[string]string{
		"source": "unnamed", "web": "layer", "missing": "layer", "../source": "layer", "": "layer", account + "/eu-west-3/source": "far layer", other + "/eu-west-1/source": "layer",
	} {
		mount(from, content).is(http.StatusAccepted)
	}
	w.ask(http.MethodHead, "/v2/web/blobs/"+digestOf("layer"), "").is(http.StatusNotFound)
	mount("source", "layer").is(http.StatusCreated).has("Location", "/v2/web/blobs/"+digestOf("layer"))
	w.ask(http.MethodDelete, "/v2/source/manifests/v1", "").is(http.StatusAccepted)
	if got := w.ask(http.MethodGet, "/v2/web/blobs/"+digestOf("layer"), "").is(http.StatusOK); got.text != "layer" {
		t.Errorf("it has %q", got.text)
	}
}
