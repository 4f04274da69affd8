package ecr

import (
	"bytes"
	"encoding/json"
	"slices"

	image "github.com/opencontainers/image-spec/specs-go/v1"
)

// twins are media types of OCI, and Docker's for the same content.
var twins = [][2]string{
	{image.MediaTypeImageManifest, dockerManifest},
	{image.MediaTypeImageConfig, "application/vnd.docker.container.image.v1+json"},
	{image.MediaTypeImageLayer, "application/vnd.docker.image.rootfs.diff.tar"},
	{image.MediaTypeImageLayerGzip, "application/vnd.docker.image.rootfs.diff.tar.gzip"},
}

// twinOf is the media type of the other format for the same content; empty: there is none.
func twinOf(mediaType string) string {
	for _, each := range twins {
		switch mediaType {
		case each[0]:
			return each[1]
		case each[1]:
			return each[0]
		}
	}
	return ""
}

// Convert writes the manifest of an image in the other format, of OCI and Docker's schema 2, for a client that accepts that
// one alone. All other manifests stay as they are. Source: ECR user guide, image manifest conversion.
func Convert(manifest []byte, mediaType string, accepted []string) (converted []byte, newType string) {
	target := twinOf(mediaType)
	if slices.Contains(accepted, mediaType) || !slices.Contains(accepted, target) {
		return manifest, mediaType
	}
	var text map[string]any
	decoder := json.NewDecoder(bytes.NewReader(manifest))
	decoder.UseNumber()
	if decoder.Decode(&text) != nil {
		return manifest, mediaType
	}
	layers, _ := text["layers"].([]any)
	for _, each := range append(layers, text["config"]) {
		blob, _ := each.(map[string]any)
		known, _ := blob["mediaType"].(string)
		twin := twinOf(known)
		if twin == "" {
			return manifest, mediaType
		}
		blob["mediaType"] = twin
	}
	text["mediaType"] = target
	converted, err := json.Marshal(text)
	if err != nil {
		return manifest, mediaType
	}
	return converted, target
}
