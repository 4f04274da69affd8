package docker

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
)

// The programs, as embedded/build made them.
//
//go:embed embedded/*.gz
var programs embed.FS

// Where the programs lie in their image.
const (
	sandboxPath = "/sandbox"
	relayPath   = "/relay"
)

// ensureSandboxImage imports the image of sandboxes, lifelines and relays on first use.
func (e *Engine) ensureSandboxImage(ctx context.Context) (ref string, err error) {
	return e.sandboxImage.get(ctx, func(ctx context.Context) (string, error) {
		known, err := e.engineFacts(ctx)
		if err != nil {
			return "", err
		}
		spec := scratchimage.Spec{Repository: "ecs-emulator/sandbox", Labels: map[string]string{kindLabel: string(kindImage)}}
		for _, path := range []string{sandboxPath, relayPath} {
			binary, err := program(path, known.architecture)
			if err != nil {
				return "", err
			}
			spec.Programs = append(spec.Programs, scratchimage.Program{Path: path, Binary: binary})
		}
		return scratchimage.Ensure(ctx, e.client.Client.Client, spec)
	})
}

// program unpacks one.
func program(path, architecture string) ([]byte, error) {
	packed, err := programs.ReadFile("embedded" + path + "_linux_" + architecture + ".gz")
	if err != nil {
		return nil, fmt.Errorf("no program %s for an engine on %s", path, architecture)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack program %s: %w", path, err)
	}
	binary, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack program %s: %w", path, err)
	}
	return binary, nil
}
