package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// savesPlatforms is the version of the API from which on an engine is told which platform to save. Before that, and without
// being told, it saves what it has of an image, by which the digest stays.
// Source: Docker Engine API version history, v1.48.
const savesPlatforms = "1.48"

// Save reads an image as `docker save` does; see backend.ImageCopier. Docker's own image store writes it to the engine's disk
// before it tells the first byte.
func (s *Store) Save(ctx context.Context, ref, platform string) (io.ReadCloser, error) {
	var options []client.ImageSaveOption
	own, err := s.client.ImageInspect(ctx, ref)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	if platform != "" && platform != own.Os+"/"+own.Architecture && versions.GreaterThanOrEqualTo(s.client.ClientVersion(), savesPlatforms) {
		options = append(options, client.ImageSaveWithPlatforms(*Platform(platform)))
	}
	saved, err := s.client.ImageSave(ctx, []string{ref}, options...)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	return saved, nil
}

// Load makes what Save has read local, as `docker load` does; see backend.ImageCopier. An engine names an image once all of it
// is there. What goes wrong after the first byte of its answer is told in its messages.
// Source: Moby image/tarexport/load.go and daemon/containerd/image_exporter.go.
func (s *Store) Load(ctx context.Context, saved io.Reader) error {
	answer, err := s.client.ImageLoad(ctx, saved)
	if err != nil {
		return dockerapi.Classify(err)
	}
	defer func() { _ = answer.Close() }()
	for messages := json.NewDecoder(answer); ; {
		var message jsonstream.Message
		switch err := messages.Decode(&message); {
		case errors.Is(err, io.EOF):
			return ctx.Err()
		case err != nil:
			return dockerapi.Classify(fmt.Errorf("read what the engine says of an image: %w", err))
		case message.Error != nil:
			return errors.New(message.Error.Message)
		}
	}
}
