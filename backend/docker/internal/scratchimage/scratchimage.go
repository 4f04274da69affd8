// Package scratchimage imports an image that holds static executables alone, through
// the engine API alone: no registry, no Dockerfile, no builder.
package scratchimage

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
)

// Spec describes the image.
type Spec struct {
	Repository string // "ecs-emulator/sandbox"; the tag is the hash of the programs
	Programs   []Program
	Labels     map[string]string // at least one, by which to tell our images
}

// Program is an executable of the image; the first one is the entry point.
type Program struct {
	Path   string // "/sandbox"
	Binary []byte
}

// Ref names the image: its content decides.
func (s Spec) Ref() string {
	all := sha256.New()
	for _, p := range s.Programs {
		all.Write(p.Binary)
	}
	return s.Repository + ":" + hex.EncodeToString(all.Sum(nil)[:6])
}

// Ensure imports the image unless the engine has it, and then drops the older
// images of the repository that no container uses.
func Ensure(ctx context.Context, cli *client.Client, spec Spec) (ref string, err error) {
	ref = spec.Ref()
	_, err = cli.ImageInspect(ctx, ref)
	if err == nil || !cerrdefs.IsNotFound(err) {
		return ref, err
	}
	if err := importImage(ctx, cli, spec, ref); err != nil {
		// With containerd's image store an engine refuses one of two imports at once: "AlreadyExists: image … already exists".
		if _, missing := cli.ImageInspect(ctx, ref); missing != nil {
			return "", err
		}
	}
	dropOlder(ctx, cli, spec, ref)
	return ref, nil
}

func importImage(ctx context.Context, cli *client.Client, spec Spec, ref string) error {
	repository, tag, _ := strings.Cut(ref, ":")
	answer, err := cli.ImageImport(ctx, client.ImageImportSource{Source: spec.archive(), SourceName: "-"}, repository,
		client.ImageImportOptions{Tag: tag, Changes: spec.changes()})
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	return drain(answer)
}

func (s Spec) archive() io.Reader {
	var buf bytes.Buffer // it grows, and what is written has the size that its header says: nothing fails
	w := tar.NewWriter(&buf)
	for _, p := range s.Programs {
		_ = w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(p.Path, "/"), Mode: 0o755, Size: int64(len(p.Binary))})
		_, _ = w.Write(p.Binary)
	}
	_ = w.Close()
	return &buf
}

func (s Spec) changes() []string {
	changes := []string{fmt.Sprintf("ENTRYPOINT [%q]", s.Programs[0].Path)}
	for key, value := range s.Labels {
		changes = append(changes, fmt.Sprintf("LABEL %q=%q", key, value))
	}
	return changes
}

// drain reads the progress stream, in whose last message a failure hides.
func drain(stream io.Reader) error {
	for decoder := json.NewDecoder(stream); ; {
		var message jsonstream.Message
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.Error != nil {
			return message.Error
		}
	}
}

// building is for how long an image without a tag may be one that a build goes on with.
const building = time.Minute

// dropOlder removes what earlier versions imported, and the image that lost its tag
// when two processes imported at once. The engine itself refuses to remove an image
// in use; an emulator that just lost its image imports it again. What stays goes by its id:
// Podman has it under another name. Images that are built on ours inherit the labels. The classic builder gives them a parent,
// which no import has, but only once they are there: what has no tag and was made just now is left to the next time.
func dropOlder(ctx context.Context, cli *client.Client, spec Spec, ref string) {
	keep, err := cli.ImageInspect(ctx, ref)
	if err != nil {
		return
	}
	untagged := make(client.Filters).Add("dangling", "true")
	for key, value := range spec.Labels {
		untagged.Add("label", key+"="+value)
	}
	for _, which := range []client.Filters{make(client.Filters).Add("reference", spec.Repository), untagged} {
		images, err := cli.ImageList(ctx, client.ImageListOptions{Filters: which})
		if err != nil {
			return
		}
		for _, old := range images.Items {
			if old.ID != keep.ID && old.ParentID == "" && (len(which["dangling"]) == 0 || time.Since(time.Unix(old.Created, 0)) > building) {
				_, _ = cli.ImageRemove(ctx, old.ID, client.ImageRemoveOptions{PruneChildren: true})
			}
		}
	}
}
