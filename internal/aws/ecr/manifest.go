package ecr

import (
	"bytes"
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

// ImageSize is the size of the layers and the configuration, in bytes (ECR0004.6).
func (m *Manifest) ImageSize() (size int64) {
	for _, b := range m.Blobs {
		size += b.Size
	}
	return size
}

// descriptor is what is read of a manifest's descriptors.
type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

const (
	maxDescriptors = 10_000
	// maxBlob is far more than ECR takes, and so little that the size of an image is no overflow.
	maxBlob = 1 << 49
)

var errDescriptors = fmt.Errorf("the manifest names more than %d layers or manifests", maxDescriptors)

// descriptors are read one by one: a manifest has room for a million empty ones.
type descriptors []descriptor

// UnmarshalJSON implements json.Unmarshaler.
func (list *descriptors) UnmarshalJSON(text []byte) error {
	*list = nil
	decoder := json.NewDecoder(bytes.NewReader(text))
	switch start, err := decoder.Token(); {
	case err != nil || start == nil: // null
		return err
	case start != json.Delim('['):
		return errors.New("its layers or manifests are no list")
	}
	for decoder.More() {
		if len(*list) == maxDescriptors {
			return errDescriptors
		}
		var one descriptor
		if err := decoder.Decode(&one); err != nil {
			return err
		}
		*list = append(*list, one)
	}
	return nil
}

// ReadManifest reads a manifest. The media type is the one that it came with; empty: its own says it.
func ReadManifest(content []byte, mediaType string) (*Manifest, error) {
	var text struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		ArtifactType  string            `json:"artifactType"`
		Config        *descriptor       `json:"config"`
		Layers        descriptors       `json:"layers"`
		Manifests     descriptors       `json:"manifests"`
		Subject       *image.Descriptor `json:"subject"` // with all that the registry reads of it as well
		Annotations   map[string]string `json:"annotations"`
	}
	if err := json.Unmarshal(content, &text); errors.Is(err, errDescriptors) {
		return nil, err
	} else if err != nil {
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

func (m *Manifest) readIndex(children []descriptor) error {
	for _, c := range children {
		if !IsDigest(c.Digest) {
			return digestError(c.Digest)
		}
		m.Children = append(m.Children, c.Digest)
	}
	return nil
}

func (m *Manifest) readBlobs(blobs []descriptor) error {
	for _, b := range blobs {
		if !IsDigest(b.Digest) {
			return digestError(b.Digest)
		}
		if b.Size < 0 || b.Size > maxBlob {
			return fmt.Errorf("the manifest names %s with a size of %d bytes", b.Digest, b.Size)
		}
		m.Blobs = append(m.Blobs, Blob(b))
	}
	return nil
}

func digestError(digest string) error {
	return fmt.Errorf("the manifest names the digest %.100q, which is no SHA-256 digest", digest)
}
