package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"runtime"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Image inspects a local image. A name stands for all images that were pulled under it.
func (e *Engine) Image(ctx context.Context, name, platform string) (backend.Image, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Image{}, err
	}
	image, err := e.image(name)
	if err != nil || platform == "" || e.expectPlatform(name, image, platform) != nil {
		return image, err
	}
	image.OS, image.Architecture, _ = strings.Cut(platform, "/")
	return image, nil
}

func (e *Engine) image(name string) (backend.Image, error) {
	ref, err := parseReference(name)
	if err != nil {
		return backend.Image{}, err
	}
	image, ok := e.images[ref.key()]
	if !ok {
		return backend.Image{}, notFound(backend.KindImage, "No such image: %s", name)
	}
	image.Digests = append([]string(nil), image.Digests...)
	return image, nil
}

// Pull makes an image local, which takes no time unless a script says so. There
// is every image but those in whose repository or tag the word "missing" occurs;
// a pull of those fails in Docker's words. The digest is the simulation's own: it
// depends on the reference alone, so that the same image has the same one ever.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	ref, err := parseReference(spec.Ref)
	if err != nil {
		return err
	}
	script := e.ruled(Script{}, spec.Ref)
	if script.PullDelay > 0 {
		if err := e.sleep(ctx, script.PullDelay); err != nil {
			return err
		}
	}
	switch {
	case script.PullError != "":
		return &engineError{text: script.PullError}
	case strings.Contains(ref.repository, "missing"):
		return daemonError(nil, "pull access denied for %s, repository does not exist or may require 'docker login': "+
			"denied: requested access to the resource is denied", ref.repository)
	case strings.Contains(ref.tag, "missing"):
		return daemonError(nil, "manifest for %s not found: manifest unknown: manifest unknown", ref.key())
	}
	e.images[ref.key()] = newImage(ref, spec.Platform, true)
	e.platforms[ref.key()+" "+e.images[ref.key()].Architecture] = true
	return nil
}

// expectPlatform refuses an image that is for another platform, in Docker's words. A name
// stands for all images that were pulled under it, so that tasks of two architectures do not
// take them away from each other.
func (e *Engine) expectPlatform(name string, image backend.Image, platform string) error {
	ref, err := parseReference(name)
	if err != nil || platform == "" {
		return err
	}
	_, architecture, _ := strings.Cut(platform, "/")
	architecture, _, _ = strings.Cut(architecture, "/")
	if image.Architecture == architecture || e.platforms[ref.key()+" "+architecture] {
		return nil
	}
	return notFound(backend.KindImage, "image with reference %s was found but does not match the specified platform: wanted %s, actual: %s/%s",
		name, platform, image.OS, image.Architecture)
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

// imageScript is what a container does because of its image's name, when its
// command says nothing:
//
//	sim/<program>:<argument>   as the command [program, argument]: "sim/sleep:5s",
//	                           "sim/exit:1", "sim/serve:8080", "sim/ignore-term"
//	nginx, httpd, caddy        serve HTTP on port 80; so do names such as
//	                           "registry.example.com/team/nginx:1.29"
//	hello-world                says hello and exits 0
func imageScript(c *container) (Script, bool) {
	ref, err := parseReference(c.spec.image)
	if err != nil {
		return Script{}, false
	}
	if name, ok := strings.CutPrefix(ref.repository, "sim/"); ok {
		words := []string{name}
		if ref.tag != "latest" {
			words = append(words, ref.tag)
		}
		return runProgram(words, c.environment())
	}
	switch name := path.Base(ref.repository); name {
	case "nginx", "httpd", "caddy":
		return Script{Serve: []Server{{Port: 80, Body: fmt.Sprintf("Welcome to %s!\n", name)}}}, true
	case "hello-world":
		script := exits(0, 0)
		script.Logs = Lines("", "Hello from the simulated engine!", "")
		return script, true
	}
	return Script{}, false
}
