package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"runtime"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// reference is an image reference in its short form: without docker.io, library
// and the like.
type reference struct {
	repository, tag, digest string
}

func parseReference(name string) (reference, error) {
	var ref reference
	rest, digest, hasDigest := strings.Cut(name, "@")
	ref.repository, ref.digest = rest, digest
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		ref.repository, ref.tag = rest[:i], rest[i+1:]
		if ref.tag == "" {
			return ref, daemonError(nil, "invalid reference format")
		}
	}
	for _, registry := range []string{"docker.io/", "index.docker.io/"} {
		ref.repository = strings.TrimPrefix(ref.repository, registry)
	}
	ref.repository = strings.TrimPrefix(ref.repository, "library/")
	_, file := path.Split(ref.repository)
	switch {
	case file == "", strings.ContainsAny(name, " \t\n\"'\\"), hasDigest && !strings.HasPrefix(digest, "sha256:"):
		return ref, daemonError(nil, "invalid reference format")
	case strings.ToLower(file) != file:
		return ref, daemonError(nil, "invalid reference format: repository name (%s) must be lowercase", ref.repository)
	case ref.tag == "" && ref.digest == "":
		ref.tag = "latest"
	}
	return ref, nil
}

// key tells images apart. A digest says all, also beside a tag.
func (r reference) key() string {
	if r.digest != "" {
		return r.repository + "@" + r.digest
	}
	return r.repository + ":" + r.tag
}

func newImage(ref reference, platform string, pulled bool) backend.Image {
	image := backend.Image{
		ID:           digestOf("image " + ref.key() + platform),
		OS:           "linux",
		Architecture: runtime.GOARCH,
	}
	if os, architecture, ok := strings.Cut(platform, "/"); ok {
		image.OS = os
		image.Architecture, _, _ = strings.Cut(architecture, "/")
	}
	if digest := ref.digest; pulled {
		if digest == "" {
			digest = digestOf(ref.key())
		}
		image.Digests = []string{ref.repository + "@" + digest}
	}
	return image
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}
