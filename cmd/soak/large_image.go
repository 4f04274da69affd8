package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/go-units"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
)

// mostMemory is less than the emulator may have at any time, however large images are.
const mostMemory = 100 << 20

const firstRepository = "soak/one"

// largeImage is an image of one layer that the engine pushes and pulls.
type largeImage struct {
	settings
	emulator *emulator
	docker   *client.Client
	names    []string // of the image, in two repositories
	login    string   // as the engine wants it
}

func soakLargeImage(ctx context.Context, s settings) (err error) {
	fmt.Printf("push and pull of an image of %s\n", units.BytesSize(float64(s.size)))
	l := &largeImage{settings: s}
	if l.docker, err = client.New(client.FromEnv); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.docker.Close()) }()
	if l.emulator, err = newEmulator(s); err != nil {
		return err
	}
	anyway := context.WithoutCancel(ctx)
	return errors.Join(l.work(ctx), l.forget(anyway), l.emulator.discard(anyway))
}

func (l *largeImage) work(ctx context.Context) error {
	if err := l.emulator.start(ctx, "--on-exit", "remove"); err != nil {
		return err
	}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"make repositories", l.prepare}, {"make the image", l.create}, {"push half of it", l.pushHalf},
		{"push it to two repositories at once", l.pushAll}, {"pull it", l.pull},
	} {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		if err := l.checkMemory(step.what, time.Since(began)); err != nil {
			return err
		}
	}
	return l.emulator.interrupt()
}

// checkMemory fails if the emulator's memory has been too much.
func (l *largeImage) checkMemory(what string, took time.Duration) error {
	peak, ok := processusage.PeakMemory(l.emulator.cmd.Process.Pid)
	if !ok {
		return errors.New("the system does not tell how much memory the emulator has had")
	}
	fmt.Printf("%s: %s, memory of the emulator up to %s\n", what, took.Round(100*time.Millisecond), units.BytesSize(float64(peak)))
	if peak >= mostMemory {
		return fmt.Errorf("the emulator has had %s, which is not below %s", units.BytesSize(float64(peak)), units.BytesSize(mostMemory))
	}
	return nil
}

func (l *largeImage) prepare(ctx context.Context) error {
	for _, name := range []string{firstRepository, "soak/two"} {
		uri, err := l.emulator.createRepository(ctx, name)
		if err != nil {
			return err
		}
		l.names = append(l.names, uri+":large")
	}
	user, password, err := l.emulator.logIn(ctx)
	if err != nil {
		return err
	}
	l.login, err = authconfig.Encode(registry.AuthConfig{Username: user, Password: password})
	return err
}

// create makes the image on the engine, of bytes that cannot be compressed.
func (l *largeImage) create(ctx context.Context) error {
	content, archive := io.Pipe()
	go func() { archive.CloseWithError(l.write(archive)) }()
	progress, err := l.docker.ImageImport(ctx, client.ImageImportSource{Source: content, SourceName: "-"}, l.names[0], client.ImageImportOptions{})
	if err != nil {
		return errors.Join(err, content.Close())
	}
	_, err = io.Copy(io.Discard, progress)
	if err = errors.Join(err, progress.Close(), content.Close()); err != nil {
		return err
	}
	_, err = l.docker.ImageTag(ctx, client.ImageTagOptions{Source: l.names[0], Target: l.names[1]})
	return err
}

func (l *largeImage) write(to io.Writer) error {
	archive := tar.NewWriter(to)
	if err := archive.WriteHeader(&tar.Header{Name: "random", Mode: 0o600, Size: l.size}); err != nil {
		return err
	}
	if _, err := io.CopyN(archive, rand.NewChaCha8([32]byte{byte(l.seed), byte(l.seed >> 8)}), l.size); err != nil {
		return err
	}
	return archive.Close()
}

// push pushes a name of the image from the engine, and calls progress with how far that has come.
func (l *largeImage) push(ctx context.Context, name string, progress func(bytes int64)) error {
	stream, err := l.docker.ImagePush(ctx, name, client.ImagePushOptions{RegistryAuth: l.login})
	if err != nil {
		return err
	}
	for message, err := range stream.JSONMessages(ctx) {
		switch {
		case err != nil:
			return err
		case message.Error != nil:
			return message.Error
		case message.Progress != nil:
			progress(message.Progress.Current)
		}
	}
	return nil
}

// pushHalf cuts a push in the middle, and fails if all of the image is there nevertheless.
func (l *largeImage) pushHalf(ctx context.Context) error {
	cut, cancel := context.WithCancel(ctx)
	defer cancel()
	err := l.push(cut, l.names[0], func(bytes int64) {
		if bytes >= l.size/2 {
			cancel()
		}
	})
	if cut.Err() == nil || ctx.Err() != nil {
		return errors.Join(errors.New("it was not cut"), err, ctx.Err())
	}
	images, err := l.emulator.countImages(ctx, firstRepository)
	if err == nil && images > 0 {
		err = errors.New("it was whole before it was cut: have a larger -size")
	}
	return err
}

// pushAll pushes both names at once.
func (l *largeImage) pushAll(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, len(l.names))
	for i, name := range l.names {
		all.Go(func() { errs[i] = l.push(ctx, name, func(int64) {}) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// pull fails unless the engine gets back the image that it pushed, and that it no longer has.
func (l *largeImage) pull(ctx context.Context) error {
	pushed, err := l.docker.ImageInspect(ctx, l.names[0])
	if err != nil {
		return err
	}
	if err := l.forget(ctx); err != nil {
		return err
	}
	if _, err := l.docker.ImageInspect(ctx, pushed.ID); err == nil {
		return errors.New("the engine still has it")
	}
	stream, err := l.docker.ImagePull(ctx, l.names[1], client.ImagePullOptions{RegistryAuth: l.login})
	if err != nil {
		return err
	}
	if err := stream.Wait(ctx); err != nil {
		return err
	}
	pulled, err := l.docker.ImageInspect(ctx, l.names[1])
	if err == nil && pulled.ID != pushed.ID {
		err = fmt.Errorf("it is %s, and %s was pushed", pulled.ID, pushed.ID)
	}
	return err
}

// forget removes the image from the engine.
func (l *largeImage) forget(ctx context.Context) (err error) {
	for _, name := range l.names {
		if _, failed := l.docker.ImageRemove(ctx, name, client.ImageRemoveOptions{PruneChildren: true}); !cerrdefs.IsNotFound(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
