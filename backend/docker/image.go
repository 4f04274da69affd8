package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// dockerHubKey is under what name `docker login` stores the login of docker.io.
// Source: docs.docker.com, "docker login", credentials store.
const dockerHubKey = "https://index.docker.io/v1/"

// inspectTimeout bounds an inspection that several callers wait for.
// Source: amazon-ecs-agent, inspect timeout.
const inspectTimeout = 30 * time.Second

// Image implements backend.Engine. Tasks that start together mostly have the same
// image, and inspecting one is work for the engine: those who ask at the same time
// share the answer.
func (e *Engine) Image(ctx context.Context, ref string) (backend.Image, error) {
	answer := e.inspections.DoChan(ref, func() (any, error) {
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), inspectTimeout)
		defer cancel()
		return e.inspectImage(shared, ref)
	})
	select {
	case <-ctx.Done():
		return backend.Image{}, ctx.Err()
	case a := <-answer:
		return a.Val.(backend.Image), a.Err
	}
}

func (e *Engine) inspectImage(ctx context.Context, ref string) (backend.Image, error) {
	found, err := e.client.ImageInspect(ctx, ref)
	if err != nil {
		return backend.Image{}, engineError(err)
	}
	return backend.Image{
		ID: found.ID, Digests: found.RepoDigests, Architecture: found.Architecture, OS: found.Os,
	}, nil
}

// Pull implements backend.Engine.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	auth, err := registryAuth(spec)
	if err != nil {
		return err
	}
	stream, err := e.client.ImagePull(ctx, spec.Ref, image.PullOptions{Platform: spec.Platform, RegistryAuth: auth})
	if err != nil {
		return engineError(err)
	}
	defer func() { _ = stream.Close() }()
	return engineError(drainPull(stream))
}

// drainPull waits for the end of a pull. What goes wrong after its beginning is
// told in the stream of progress messages.
func drainPull(stream io.Reader) error {
	for decoder := json.NewDecoder(stream); ; {
		var message jsonmessage.JSONMessage
		switch err := decoder.Decode(&message); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case message.Error != nil:
			return errors.New(message.Error.Message)
		}
	}
}

// registryAuth encodes the login for a pull: the one given, else the user's own
// from the configuration file or its credential helper. Without any the pull is
// anonymous.
func registryAuth(spec backend.PullSpec) (string, error) {
	if spec.Auth != nil {
		return registry.EncodeAuthConfig(registry.AuthConfig{Username: spec.Auth.Username, Password: spec.Auth.Password})
	}
	named, err := reference.ParseNormalizedNamed(spec.Ref)
	if err != nil {
		return "", err
	}
	key := reference.Domain(named)
	if key == "docker.io" {
		key = dockerHubKey
	}
	login, err := config.LoadDefaultConfigFile(io.Discard).GetAuthConfig(key)
	if err != nil {
		return "", fmt.Errorf("look up registry login for %s: %w", key, err)
	}
	return registry.EncodeAuthConfig(registry.AuthConfig{
		Username: login.Username, Password: login.Password, Auth: login.Auth,
		ServerAddress: login.ServerAddress, IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
	})
}
