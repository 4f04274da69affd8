package registry

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"cuelabs.dev/go/oci/ociregistry/ociref"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// uploads stands behind the repository in the paths of uploads. The path of one upload ends with its id.
const uploads = "/blobs/uploads"

// prepare refuses what ociserver takes or fails at, and has it take no notice of what is not its own.
func (r *registry) prepare(req *http.Request, x *request) error {
	path := strings.TrimPrefix(req.URL.Path, Prefix)
	if repository, ok := strings.CutSuffix(strings.TrimSuffix(path, "/"), uploads); ok && req.Method == http.MethodPost {
		r.withoutMount(req, repository)
	}
	at := strings.LastIndexByte(path, '/')
	switch { // by the last segments first, as ociserver does: a repository may be x/blobs/uploads/y
	case at < 0:
	case strings.HasSuffix(path, "/manifests/"): // ociserver fails at no tag
		return refuse(http.StatusNotFound, "MANIFEST_UNKNOWN", "The path names neither a tag nor a digest")
	case req.Method == http.MethodPut && strings.HasSuffix(path[:at], "/manifests"):
		return boundManifest(req, path[at+1:])
	case strings.Contains(path, uploads+"/"):
		return readRange(req, x)
	case req.Method == http.MethodGet && strings.HasSuffix(path[:at], "/blobs"):
		r.endRange(req, strings.TrimSuffix(path[:at], "/blobs"), path[at+1:])
	}
	return nil
}

// boundManifest reads a manifest, of which ociserver takes any length, and fails where it is no JSON.
func boundManifest(req *http.Request, reference string) error {
	if !ecr.IsDigest(reference) && !ociref.IsValidTag(reference) {
		return refuse(http.StatusBadRequest, "TAG_INVALID", "%.200q is neither a tag nor a SHA-256 digest", reference)
	}
	content, err := io.ReadAll(io.LimitReader(req.Body, ecr.MaxManifest+1))
	if err != nil {
		return err
	}
	if len(content) > ecr.MaxManifest {
		return refuse(http.StatusRequestEntityTooLarge, "MANIFEST_INVALID", "The manifest has more than %d bytes", ecr.MaxManifest)
	}
	m, err := readManifest(content, req.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", m.MediaType) // ociserver reads the subject only where there is no parameter
	req.Body = io.NopCloser(bytes.NewReader(content))
	return nil
}

// readManifest reads a manifest with the media type of its request.
func readManifest(content []byte, contentType string) (*ecr.Manifest, error) {
	if media, _, err := mime.ParseMediaType(contentType); err == nil {
		contentType = media
	}
	m, err := ecr.ReadManifest(content, contentType)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "MANIFEST_INVALID", "Invalid manifest: %s", err)
	}
	return m, nil
}

var lastBytes = lazyregexp.New(`^bytes=-([0-9]{1,18})$`)

// endRange has a range that counts from the end of a layer count from its beginning, as ociserver wants it.
func (r *registry) endRange(req *http.Request, path, digest string) {
	parts := lastBytes.FindStringSubmatch(req.Header.Get("Range"))
	if parts == nil {
		return
	}
	req.Header.Del("Range")
	if l := ecr.Layers.Find(r.Store.Read(), r.place(path), digest); l != nil {
		last, _ := strconv.ParseInt(parts[1], 10, 64)
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", max(l.Size-last, 0)))
	}
}

var contentRange = lazyregexp.New(`^([0-9]{1,18})-([0-9]{1,18})$`)

// readRange reads where in an upload the body goes on: at its end, if the request does not say. Docker says nothing.
func readRange(req *http.Request, x *request) error {
	text := req.Header.Get("Content-Range")
	if text == "" {
		return nil
	}
	parts := contentRange.FindStringSubmatch(text)
	if parts == nil {
		return refuse(http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID", "The Content-Range is not of the form <first byte>-<last byte>")
	}
	first, _ := strconv.ParseInt(parts[1], 10, 64)
	last, _ := strconv.ParseInt(parts[2], 10, 64)
	if length := last + 1 - first; req.ContentLength > 0 && length != req.ContentLength || length < 0 {
		return refuse(http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID", "The Content-Range %s is not of %d bytes", text, req.ContentLength)
	}
	x.offset = first
	req.Header.Del("Content-Range") // ociserver takes 0-0 for no byte
	return nil
}

// cancels reports whether a request ends an upload, which ociserver does not know.
// Source: distribution's HTTP API, canceling an upload.
func cancels(req *http.Request) (path, id string, ok bool) {
	path, id, ok = strings.Cut(strings.TrimPrefix(req.URL.Path, Prefix), uploads+"/")
	if !ok || req.Method != http.MethodDelete {
		return "", "", false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(id) // as ociserver names it
	return path, string(decoded), err == nil
}

// body is a request's body, of which a part may never come.
type body struct {
	io.ReadCloser
	request *request
}

var errCut = refuse(http.StatusBadRequest, "SIZE_INVALID", "The body of the request ended early")

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.request.failed = errCut
		return n, errCut
	}
	return n, err
}
