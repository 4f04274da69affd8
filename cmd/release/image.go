package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const imageName = "ecs-emulator/ecs-emulator"

// writeImages writes the images, of the platforms with Linux: in an OCI layout, which tools push
// to a registry, and each as an archive for `docker load`.
func (r release) writeImages() error {
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		return err
	}
	instructions, err := parse(string(text))
	if err != nil {
		return err
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range r.platforms {
		if p.os != "linux" {
			continue
		}
		image, err := r.image(instructions, p)
		if err != nil {
			return err
		}
		descriptor := v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.architecture}}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: descriptor})
		tag, err := name.NewTag(imageName + ":" + strings.TrimPrefix(r.version, "v"))
		if err != nil {
			return err
		}
		if err := tarball.WriteToFile(filepath.Join(r.out, r.name(p, "_image.tar")), tag, image); err != nil {
			return err
		}
	}
	_, err = layout.Write(filepath.Join(r.out, "image"), index)
	return err
}

// image is what the Dockerfile makes of a program.
func (r release) image(d *dockerfile, p platform) (v1.Image, error) {
	program, err := os.ReadFile(p.built())
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	if err := r.writeTar(&content, []file{{strings.TrimPrefix(d.program, "/"), 0o755, program}}); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, appended := mutate.AppendLayers(image, layer)
	config, read := image.ConfigFile()
	if err := errors.Join(appended, read); err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.architecture, v1.Time{Time: r.at}
	config.Config = d.config
	config.History = []v1.History{{Created: config.Created, CreatedBy: "COPY " + d.program}}
	return mutate.ConfigFile(image, config)
}
