package docker

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
)

// The sandbox program, as sandbox/build made it.
var (
	//go:embed embedded/sandbox_linux_amd64.gz
	sandboxAMD64 []byte
	//go:embed embedded/sandbox_linux_arm64.gz
	sandboxARM64 []byte
)

// sandboxPath is where the sandbox program lies in its image.
const sandboxPath = "/sandbox"

// ensureSandboxImage imports the image of sandboxes and lifelines on first use.
func (e *Engine) ensureSandboxImage(ctx context.Context) (ref string, err error) {
	return e.sandboxImage.get(ctx, func(ctx context.Context) (string, error) {
		known, err := e.engineFacts(ctx)
		if err != nil {
			return "", err
		}
		binary, err := sandboxProgram(known.architecture)
		if err != nil {
			return "", err
		}
		return scratchimage.Ensure(ctx, e.client.Client.Client, scratchimage.Spec{
			Repository: "ecs-emulator/sandbox", Path: sandboxPath, Binary: binary,
			Labels: map[string]string{kindLabel: string(kindImage)},
		})
	})
}

func sandboxProgram(architecture string) ([]byte, error) {
	packed, ok := map[string][]byte{"amd64": sandboxAMD64, "arm64": sandboxARM64}[architecture]
	if !ok {
		return nil, fmt.Errorf("no sandbox program for an engine on %s", architecture)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack sandbox program: %w", err)
	}
	binary, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack sandbox program: %w", err)
	}
	return binary, nil
}
