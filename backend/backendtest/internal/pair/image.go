package pair

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing/iotest"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var imageCases = []testCase{
	{"AnImageIsCopied", testImageCopy},
}

// testImageCopy copies an image that engine A has pulled to engine B, which cannot pull it: first not whole, then whole.
func testImageCopy(s *env) {
	from, ok := s.a.Engine.(backend.ImageCopier)
	ref := s.a.PullableImage
	if !ok || ref == "" {
		return
	}
	to := s.b.Engine.(backend.ImageCopier)
	if err := s.a.Engine.Pull(s.a.Ctx, backend.PullSpec{Ref: ref}); err != nil {
		s.Fatalf("Pull: %v", err)
	}
	there, err := s.a.Engine.Image(s.a.Ctx, ref, "")
	if err != nil {
		s.Fatalf("Image: %v", err)
	}
	read := func() []byte {
		stream, err := from.SaveImage(s.a.Ctx, ref, there.OS+"/"+there.Architecture)
		if err != nil {
			s.Fatalf("SaveImage: %v", err)
		}
		saved, err := io.ReadAll(stream)
		if err := errors.Join(err, stream.Close()); err != nil {
			s.Fatalf("what SaveImage reads: %v", err)
		}
		return saved
	}
	saved := read()

	half := saved[:len(saved)/2]
	broken := errors.New("the line is cut")
	cut, cancel := context.WithCancel(s.b.Ctx)
	cancel()
	for what, err := range map[string]error{
		"half an image":                     to.LoadImage(s.b.Ctx, bytes.NewReader(half)),
		"half, then an error":               to.LoadImage(s.b.Ctx, io.MultiReader(bytes.NewReader(half), iotest.ErrReader(broken))),
		"an image of a caller who has gone": to.LoadImage(cut, bytes.NewReader(saved)),
	} {
		if err == nil {
			s.Errorf("LoadImage of %s succeeds", what)
		}
	}
	_, err = s.b.Engine.Image(s.b.Ctx, ref, "")
	s.b.ExpectMissing("Image that has not come whole", err, backend.KindImage)

	for range 2 {
		if err := to.LoadImage(s.b.Ctx, bytes.NewReader(saved)); err != nil {
			s.Fatalf("LoadImage: %v", err)
		}
	}
	s.Cleanup(func() { discard(s, ref) })
	here, err := s.b.Engine.Image(s.b.Ctx, ref, "")
	if err != nil || here.ID != there.ID || here.OS != there.OS || here.Architecture != there.Architecture {
		s.Errorf("the copy is %+v, %v; want what the other engine has, %+v", here, err, there)
	}
	spec := s.b.Spec(s.b.SharedSandbox(), "exit", "0")
	spec.Image = ref
	s.b.Remove(s.b.CreateFrom(spec))
	_, err = from.SaveImage(s.a.Ctx, s.a.MissingImage, "")
	s.a.ExpectError("SaveImage of an absent one", err, backend.ErrNotFound)
}

// discard removes a copy from engine B, where that keeps images.
func discard(s *env, ref string) {
	cleaner, ok := s.B.Engine.(backend.ImageCleaner)
	if !ok {
		return
	}
	ctx := context.Background()
	image, err := s.B.Engine.Image(ctx, ref, "")
	if err == nil {
		err = cleaner.RemoveImage(ctx, image.ID, append([]string{ref}, image.Digests...))
	}
	if err != nil {
		s.Errorf("remove the copy: %v", err)
	}
}
