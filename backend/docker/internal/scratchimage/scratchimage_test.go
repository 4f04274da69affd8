package scratchimage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/scratchimage"
)

func TestEnsureKeepsOneImagePerRepository(t *testing.T) {
	cli := dockertest.Client(t)
	spec := scratchimage.Spec{
		Repository: "ecs-emulator/" + strings.ToLower(dockertest.Owner()),
		Labels:     map[string]string{"ecs-emulator.test": dockertest.Owner()},
	}
	images := func() (refs []string) {
		found, err := cli.ImageList(context.Background(), client.ImageListOptions{
			Filters: make(client.Filters).Add("label", "ecs-emulator.test="+spec.Labels["ecs-emulator.test"]),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range found.Items {
			refs = append(refs, one.RepoTags...)
		}
		return refs
	}
	t.Cleanup(func() {
		for _, ref := range images() {
			if _, err := cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
	for _, content := range []string{"one", "two", "two"} {
		spec.Programs = []scratchimage.Program{{Path: "/program", Binary: []byte(content)}, {Path: "/other", Binary: []byte("other")}}
		ref, err := scratchimage.Ensure(t.Context(), cli, spec)
		if err != nil || ref != spec.Ref() {
			t.Fatalf("Ensure = %q, %v; want %q", ref, err, spec.Ref())
		}
		if got := images(); !slices.Equal(got, []string{ref}) {
			t.Errorf("images %v; want %s alone", got, ref)
		}
		found, err := cli.ImageInspect(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(found.Config.Entrypoint, []string{"/program"}) {
			t.Errorf("entry point %q", found.Config.Entrypoint)
		}
	}
}

// docker build gives an image its tag after the last step.
func TestEnsureLeavesImagesBuiltOnOurs(t *testing.T) {
	cli := dockertest.Client(t)
	spec := scratchimage.Spec{
		Repository: "ecs-emulator/" + strings.ToLower(dockertest.Owner()),
		Labels:     map[string]string{"ecs-emulator.test": dockertest.Owner()},
	}
	var remove []string
	t.Cleanup(func() {
		for _, image := range slices.Backward(remove) {
			if _, err := cli.ImageRemove(context.Background(), image, client.ImageRemoveOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
	ensure := func(content string) string {
		t.Helper()
		spec.Programs = []scratchimage.Program{{Path: "/program", Binary: []byte(content)}}
		ref, err := scratchimage.Ensure(t.Context(), cli, spec)
		if err != nil {
			t.Fatal(err)
		}
		remove = append(remove, ref)
		return ref
	}
	created, err := cli.ContainerCreate(t.Context(), client.ContainerCreateOptions{Config: &container.Config{Image: ensure("one")}})
	if err != nil {
		t.Fatal(err)
	}
	built, failed := cli.ContainerCommit(t.Context(), created.ID, client.ContainerCommitOptions{})
	if _, err := cli.ContainerRemove(t.Context(), created.ID, client.ContainerRemoveOptions{}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	remove = append(remove, built.ID)
	ensure("two")
	if _, err := cli.ImageInspect(t.Context(), built.ID); err != nil {
		t.Errorf("the image built on it: %v", err)
	}
}

// Between two steps a build has an image of which the engine knows no parent yet.
func TestEnsureLeavesImagesOfABuildThatGoesOn(t *testing.T) {
	cli := dockertest.Client(t)
	spec := scratchimage.Spec{
		Repository: "ecs-emulator/" + strings.ToLower(dockertest.Owner()),
		Labels:     map[string]string{"ecs-emulator.test": dockertest.Owner()},
		Programs:   []scratchimage.Program{{Path: "/program", Binary: []byte("one")}},
	}
	named := "ecs-emulator/" + strings.ToLower(dockertest.Owner()) + ":step"
	imported, err := cli.ImageImport(t.Context(), client.ImageImportSource{Source: bytes.NewReader(make([]byte, 1024)), SourceName: "-"}, named,
		client.ImageImportOptions{Changes: []string{fmt.Sprintf("LABEL ecs-emulator.test=%q", spec.Labels["ecs-emulator.test"])}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, imported); err != nil {
		t.Fatal(err)
	}
	step, err := cli.ImageInspect(t.Context(), named)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = cli.ImageRemove(context.Background(), step.ID, client.ImageRemoveOptions{Force: true})
		_, _ = cli.ImageRemove(context.Background(), spec.Ref(), client.ImageRemoveOptions{})
	})
	// The name goes to another image, as it does when two processes import at once.
	if again, err := cli.ImageImport(t.Context(), client.ImageImportSource{Source: bytes.NewReader(make([]byte, 1024)), SourceName: "-"}, named, client.ImageImportOptions{}); err != nil {
		t.Fatal(err)
	} else if _, err := io.Copy(io.Discard, again); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), named, client.ImageRemoveOptions{}) })
	if _, err := scratchimage.Ensure(t.Context(), cli, spec); err != nil {
		t.Fatal(err)
	}
	if _, err := cli.ImageInspect(t.Context(), step.ID); err != nil {
		t.Errorf("the image without a tag: %v", err)
	}
}
