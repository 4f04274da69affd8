package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/google/go-containerregistry/pkg/crane"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// check fails unless all images are there whose push was answered, and all that are there are whole. It returns the names of
// the files that they have.
func (k *killedPushes) check(ctx context.Context) (files map[string]bool, err error) {
	through := unkept()
	tags, err := crane.ListTags(k.repository, k.client(ctx, through)...)
	if err != nil {
		return nil, err
	}
	var wrong []error
	for tag := range k.answered {
		if !slices.Contains(tags, tag) {
			wrong = append(wrong, fmt.Errorf("the image %s was pushed, and is not there", tag))
		}
	}
	files = map[string]bool{}
	for _, tag := range tags {
		image, err := crane.Pull(k.repository+":"+tag, k.client(ctx, through)...)
		if err == nil {
			err = errors.Join(validate.Image(image), k.note(image, tag, files))
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("the image %s is not whole: %w", tag, err))
		}
	}
	_, err = k.files()
	return files, errors.Join(append(wrong, err)...)
}

// note notes the files of an image, which is the one that was pushed, if that was answered.
func (k *killedPushes) note(image v1.Image, tag string, files map[string]bool) error {
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	if pushed, answered := k.answered[tag]; answered && pushed != digest {
		return fmt.Errorf("it is %s, and %s was pushed", digest, pushed)
	}
	m, err := image.Manifest()
	if err != nil {
		return err
	}
	files[digest.Hex], files[m.Config.Digest.Hex] = true, true
	for _, l := range m.Layers {
		files[l.Digest.Hex] = true
	}
	return nil
}

// files are the names of the registry's files. One that is not named by its digest is an error: no upload is under way.
func (k *killedPushes) files() (names []string, err error) {
	dir := filepath.Join(k.emulator.dir, "registry")
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if filepath.Dir(path) != filepath.Join(dir, "sha256") {
			return fmt.Errorf("the file %s is left", path)
		}
		names = append(names, d.Name())
		return nil
	})
	return names, err
}
