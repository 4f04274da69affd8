package ecr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	image "github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxManifest is the size of the largest manifest, in bytes (ECR-22).
const MaxManifest = 4 << 20

// Media types of Docker's manifests. Source: Docker, image manifest version 2, schema 2.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// Manifest is what a manifest says.
type Manifest struct {
	MediaType    string
	ArtifactType string // its own, else the configuration's media type
	Size         int64  // of the manifest itself, in bytes
	Blobs        []Blob // layers, then the configuration
	Children     []string
	Subject      string
	Annotations  map[string]string
}

// Blob is a layer or a configuration as a manifest names it.
type Blob struct {
	MediaType string
	Digest    string
	Size      int64
}

// foreign reports whether a layer stays where its owner distributes it, and is not pushed.
// Source: OCI image specification, non-distributable layers; Docker, image manifest version 2, schema 2.
func (b Blob) foreign() bool {
	return strings.Contains(b.MediaType, ".layer.nondistributable.") || strings.Contains(b.MediaType, ".rootfs.foreign.")
}

// ImageSize is the size of the layers and the configuration, in bytes (ECR-9).
func (m *Manifest) ImageSize() (size int64) {
	for _, b := range m.Blobs {
		size += b.Size
	}
	return size
}

// ReadManifest reads a manifest. The media type is the one that it came with; empty: its own says it.
func ReadManifest(content []byte, mediaType string) (*Manifest, error) {
	var text struct {
		SchemaVersion int                `json:"schemaVersion"`
		MediaType     string             `json:"mediaType"`
		ArtifactType  string             `json:"artifactType"`
		Config        *image.Descriptor  `json:"config"`
		Layers        []image.Descriptor `json:"layers"`
		Manifests     []image.Descriptor `json:"manifests"`
		Subject       *image.Descriptor  `json:"subject"`
		Annotations   map[string]string  `json:"annotations"`
	}
	if err := json.Unmarshal(content, &text); err != nil {
		return nil, fmt.Errorf("the manifest is not valid JSON: %w", err)
	}
	if mediaType == "" {
		mediaType = text.MediaType
	}
	if text.MediaType != "" && text.MediaType != mediaType {
		return nil, fmt.Errorf("the manifest has the media type %s but came as %s", text.MediaType, mediaType)
	}
	m := &Manifest{MediaType: mediaType, ArtifactType: text.ArtifactType, Size: int64(len(content)), Annotations: text.Annotations}
	if text.SchemaVersion != 2 {
		return nil, fmt.Errorf("the manifest has schemaVersion %d, not 2", text.SchemaVersion)
	}
	if text.Subject != nil {
		if m.Subject = text.Subject.Digest.String(); !IsDigest(m.Subject) {
			return nil, digestError(m.Subject)
		}
	}
	switch mediaType {
	case dockerIndex, image.MediaTypeImageIndex:
		return m, m.readIndex(text.Manifests)
	case dockerManifest, image.MediaTypeImageManifest:
		if text.Config == nil {
			return nil, errors.New("the manifest has no config")
		}
		if m.ArtifactType == "" {
			m.ArtifactType = text.Config.MediaType
		}
		return m, m.readBlobs(append(text.Layers, *text.Config))
	}
	return nil, fmt.Errorf("the media type %q is not supported", mediaType)
}

func (m *Manifest) readIndex(children []image.Descriptor) error {
	for _, c := range children {
		if !IsDigest(c.Digest.String()) {
			return digestError(c.Digest.String())
		}
		m.Children = append(m.Children, c.Digest.String())
	}
	return nil
}

func (m *Manifest) readBlobs(blobs []image.Descriptor) error {
	for _, b := range blobs {
		if !IsDigest(b.Digest.String()) {
			return digestError(b.Digest.String())
		}
		if b.Size < 0 {
			return fmt.Errorf("the manifest names %s with a size of %d bytes", b.Digest, b.Size)
		}
		m.Blobs = append(m.Blobs, Blob{MediaType: b.MediaType, Digest: b.Digest.String(), Size: b.Size})
	}
	return nil
}

func digestError(digest string) error {
	return fmt.Errorf("the manifest names the digest %.100q, which is no SHA-256 digest", digest)
}
