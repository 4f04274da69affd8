package emulator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// imageShelf is the images of the engine, as a user sees and changes them.
type imageShelf struct {
	*testing.T
	cli *client.Client
}

func (s imageShelf) has(ref string) bool {
	_, err := s.cli.ImageInspect(s.Context(), ref)
	return err == nil
}

func (s imageShelf) expect(when string, want bool, refs ...string) {
	s.Helper()
	for _, ref := range refs {
		if s.has(ref) != want {
			s.Errorf("%s %s is there: %v, want %v", when, ref, !want, want)
		}
	}
}

func (s imageShelf) pull(ref string) {
	s.Helper()
	stream, err := s.cli.ImagePull(s.Context(), ref, client.ImagePullOptions{})
	if err == nil {
		err = stream.Wait(s.Context())
	}
	if err != nil {
		s.Fatal(err)
	}
}

func (s imageShelf) tag(ref, name string) {
	s.Helper()
	if _, err := s.cli.ImageTag(s.Context(), client.ImageTagOptions{Source: ref, Target: name}); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { s.remove(name) })
}

func (s imageShelf) remove(ref string) {
	_, _ = s.cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{})
}

// size is what the list of images says: with containerd's image store that is more than an inspection tells, which leaves
// out unpacked layers.
func (s imageShelf) size(ref string) int64 {
	s.Helper()
	listed, err := s.cli.ImageList(s.Context(), client.ImageListOptions{Filters: make(client.Filters).Add("reference", ref)})
	if err != nil || len(listed.Items) != 1 {
		s.Fatalf("the images %s are %v: %v", ref, listed.Items, err)
	}
	return listed.Items[0].Size
}

// fail runs a task with an image that has no program, and returns when its containers are gone too.
func (w *world) fail(ref string) {
	w.Helper()
	id := w.runTask(w.register("app", ref, "/none"))
	w.eventually("the task of "+ref+" ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	if reason := *w.task(id).StoppedReason; !strings.HasPrefix(reason, "CannotStartContainerError") {
		w.Fatalf("the task of %s ended with %s", ref, reason)
	}
	w.must(w.srv.Clock().Advance(6 * time.Minute)) // containers of stopped tasks stay for five
	w.eventually("its containers go", func() bool { return len(containers(w.T, id)) == 0 })
}

func TestDockerRemovesImagesThatNoTaskUses(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	s := imageShelf{t, dockertest.Client(t)}
	r := dockertest.NewRegistry(t, "", "")
	const bytes = 1 << 20
	there, image := r.ImageWith(t, bytes)
	s.pull(there)
	size := s.size(there)
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	oldest, _ := r.ImageWith(t, bytes)
	newer, _ := r.ImageWith(t, bytes)
	newest, _ := r.ImageWith(t, bytes)
	tagged, _ := r.ImageWith(t, bytes)
	mine := "ecs-emulator-test/" + strings.ToLower(dockertest.Owner()) + ":mine"

	dir := t.TempDir()
	options := emulator.Options{Engine: "docker", DataDir: dir, ImageCache: 5 * size / 2}
	w := start(t, options)
	w.fail(there)
	w.fail(oldest)
	w.fail(newer)
	s.expect("within the size", true, there, oldest, newer)
	w.must(w.srv.Close())
	w = start(t, options)
	w.fail(newest)
	w.eventually("the oldest goes", func() bool { return !s.has(oldest) })
	s.expect("beyond it", true, there, newer, newest)

	on, user := r.ImageWith(t, bytes, layers...) // a user's image and one that is pulled have layers in common
	layers, err = user.Layers()
	w.must(err)
	below, _ := r.ImageWith(t, bytes, layers...)
	s.pull(on)
	w.fail(tagged)
	s.tag(tagged, mine)
	again, _ := r.ImageWith(t, bytes)
	w.fail(again)
	w.must(w.srv.Close())
	s.remove(again)
	s.pull(again)
	options.ImageCache = 1
	w = start(t, options)
	used := w.runTask(w.register("used", below, "/none"))
	w.eventually("it ends, and its container stays", func() bool { return *w.task(used).LastStatus == "STOPPED" })
	w.eventually("all goes that nothing uses", func() bool { return !s.has(newer) && !s.has(newest) })
	s.expect("of others, or in use", true, there, on, below, tagged, mine, again)

	last, _ := r.ImageWith(t, bytes)
	w.must(w.srv.Clock().Advance(6 * time.Minute))
	w.eventually("its container goes", func() bool { return len(containers(t, used)) == 0 })
	w.fail(last)
	w.eventually("it goes when nothing uses it", func() bool { return !s.has(below) })
	s.expect("of others", true, there, on, tagged, mine, again)
}
