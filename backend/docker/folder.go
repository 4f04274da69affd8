package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// Folder implements backend.Engine. What is on the engine's host only a container there
// can see: one of the sandbox program looks, or makes the folder.
//
// Newer engines mount a folder of a volume themselves; Debian's does not.
// Source: Docker Engine API version history, v1.45.
func (e *Engine) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	at := mount.Mount{Type: mount.TypeBind, Source: spec.Source, Target: errandPath, ReadOnly: spec.Make == 0}
	source := spec.Source
	if spec.Volume {
		found, err := e.inspectVolume(ctx, spec.Source)
		if err != nil {
			return "", err
		}
		at.Type, at.VolumeOptions = mount.TypeVolume, &mount.VolumeOptions{NoCopy: true}
		source = found.Mountpoint
	}
	words := []string{"folder", path.Clean(spec.Path)}
	if spec.Make != 0 {
		words = append(words, strconv.FormatUint(uint64(spec.Make.Perm()), 8))
	}
	answer, err := e.errand(ctx, at, words...)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	found := path.Join(source, spec.Path)
	switch answer {
	case "done\n":
		return found, nil
	case "missing\n":
		return "", &backend.NotFoundError{Kind: backend.KindFolder, Err: fmt.Errorf("%s: no such file or directory", found)}
	case "outside\n":
		return "", fmt.Errorf("%s: %w", found, backend.ErrOutside)
	}
	return "", fmt.Errorf("%s: %s", found, answer)
}

// errandPath is where the sandbox program finds what it is sent for.
const errandPath = "/at"

// errand runs the sandbox program once, with something of the engine's host, and returns
// what it says.
func (e *Engine) errand(ctx context.Context, at mount.Mount, words ...string) (answer string, err error) {
	if err := e.ensureLifeline(ctx); err != nil {
		return "", err
	}
	made, err := e.createErrand(ctx, at, words)
	if err != nil {
		return "", err
	}
	defer e.endErrand(ctx, made.ID)
	stream, err := e.client.Attach(ctx, made.ID, client.ContainerAttachOptions{Stdout: true, Stderr: true})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, stream.Close)()
	if err := e.client.ContainerStart(ctx, made.ID); err != nil {
		return "", err
	}
	var said bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &said, stream.Reader); err != nil {
		return "", errors.Join(ctx.Err(), err)
	}
	return said.String(), nil
}

// errandName is what the names of this run's errands begin with.
func (e *Engine) errandName() string { return e.owner.ResourceName("errand-" + e.run + "-") }

// createErrand makes the container. One that comes after the caller has given up is removed:
// an engine goes on with what it was asked for.
func (e *Engine) createErrand(ctx context.Context, at mount.Mount, words []string) (containers.Created, error) {
	type outcome struct {
		containers.Created
		err error
	}
	answer := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lazy.LoadTimeout)
		defer cancel()
		made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
			Name: e.errandName() + label.RandomSuffix(),
			CreateRequest: container.CreateRequest{
				Config:     &container.Config{Cmd: words, Labels: e.owner.Labels(label.Errand, nil)},
				HostConfig: &container.HostConfig{NetworkMode: "none", LogConfig: container.LogConfig{Type: "none"}, Mounts: []mount.Mount{at}},
			},
		})
		answer <- outcome{made, err}
	}()
	select {
	case a := <-answer:
		return a.Created, a.err
	case <-ctx.Done():
	}
	go func() {
		if a := <-answer; a.err == nil {
			e.endErrand(ctx, a.ID)
		}
	}()
	return containers.Created{}, ctx.Err()
}

// endErrand removes the container, also for a caller that has given up.
func (e *Engine) endErrand(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	if err := e.containers.Remove(ctx, id); err != nil { // it goes with everything else of the owner
		e.log.Warn("container that looked for a folder not removed", "container", id, "error", err)
	}
}

// removeLostErrands removes those that earlier runs of the owner were killed in.
func (e *Engine) removeLostErrands(ctx context.Context) error {
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: e.owner.Filter(map[string]string{label.KindKey: string(label.Errand)}),
	})
	var lost []string
	for _, c := range found {
		if !strings.HasPrefix(dockerapi.FirstName(c.Names), e.errandName()) {
			lost = append(lost, c.ID)
		}
	}
	_, failed := dockerapi.InParallel(ctx, lost, e.containers.Remove)
	return errors.Join(err, failed)
}
