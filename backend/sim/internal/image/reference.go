package image

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// Reference is an image reference in its short form: without docker.io, library
// and the like.
type Reference struct {
	Repository, Tag, Digest string
}

// ParseReference reads a reference; its error is Docker's.
func ParseReference(name string) (Reference, error) {
	var ref Reference
	rest, digest, hasDigest := strings.Cut(name, "@")
	ref.Repository, ref.Digest = rest, digest
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		ref.Repository, ref.Tag = rest[:i], rest[i+1:]
		if ref.Tag == "" {
			return ref, daemon.Errorf(nil, "invalid reference format")
		}
	}
	for _, registry := range []string{"docker.io/", "index.docker.io/"} {
		ref.Repository = strings.TrimPrefix(ref.Repository, registry)
	}
	ref.Repository = strings.TrimPrefix(ref.Repository, "library/")
	_, file := path.Split(ref.Repository)
	switch {
	case file == "", strings.ContainsAny(name, " \t\n\"'\\"), hasDigest && !strings.HasPrefix(digest, "sha256:"):
		return ref, daemon.Errorf(nil, "invalid reference format")
	case strings.ToLower(file) != file:
		return ref, daemon.Errorf(nil, "invalid reference format: repository name (%s) must be lowercase", ref.Repository)
	case ref.Tag == "" && ref.Digest == "":
		ref.Tag = "latest"
	}
	return ref, nil
}

// Key tells images apart. A digest says all, also beside a tag.
func (r Reference) Key() string {
	if r.Digest != "" {
		return r.Repository + "@" + r.Digest
	}
	return r.Repository + ":" + r.Tag
}

func (s *Store) newImage(ref Reference, platform string, pulled bool) backend.Image {
	image := backend.Image{
		ID:           digestOf("image " + ref.Key() + platform),
		OS:           "linux",
		Architecture: s.architecture,
	}
	if os, architecture, ok := strings.Cut(platform, "/"); ok {
		image.OS = os
		image.Architecture, _, _ = strings.Cut(architecture, "/")
	}
	if digest := ref.Digest; pulled {
		if digest == "" {
			digest = digestOf(ref.Key())
		}
		image.Digests = []string{ref.Repository + "@" + digest}
	}
	return image
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}
