package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// killedPushes are pushes in which the emulator is killed. It has the simulated engine, and one data directory.
type killedPushes struct {
	settings
	chance     *rand.Rand
	emulator   *emulator
	repository string
	login      authn.Basic
	answered   map[string]v1.Hash // images by their tags, whose push was answered
}

func soakKilledPushes(ctx context.Context, s settings) (err error) {
	fmt.Printf("%d pushes in which the emulator is killed, seed %d\n", s.pushes, s.seed)
	k := &killedPushes{settings: s, chance: rand.New(rand.NewPCG(s.seed, 1)), answered: map[string]v1.Hash{}}
	if k.emulator, err = newEmulator(s); err != nil {
		return err
	}
	return errors.Join(k.work(ctx), k.emulator.discard(context.WithoutCancel(ctx)))
}

func (k *killedPushes) work(ctx context.Context) error {
	if err := k.start(ctx); err != nil {
		return err
	}
	var err error
	if k.repository, err = k.emulator.createRepository(ctx, "soak"); err != nil {
		return err
	}
	if err := k.logIn(ctx); err != nil {
		return err
	}
	took, err := k.measure(ctx)
	if err != nil {
		return fmt.Errorf("a push without a kill: %w", err)
	}
	for i := range k.pushes {
		if err := k.round(ctx, i, took); err != nil {
			return fmt.Errorf("push %d: %w", i+1, err)
		}
	}
	return k.finish(ctx, len(took))
}

func (k *killedPushes) start(ctx context.Context) error {
	return k.emulator.start(ctx, "--engine", "sim")
}

func (k *killedPushes) logIn(ctx context.Context) (err error) {
	k.login.Username, k.login.Password, err = k.emulator.logIn(ctx)
	return err
}

// newImage is an image that shares nothing with others.
func newImage() (v1.Image, error) { return random.Image(128<<10, 4) }

// client are the options of a client that asks for one thing at a time, and each once, with connections of its own.
func (k *killedPushes) client(ctx context.Context, through http.RoundTripper) []crane.Option {
	return []crane.Option{
		crane.WithAuth(&k.login), crane.WithContext(ctx), crane.WithJobs(1), crane.WithTransport(through),
		func(o *crane.Options) { o.Remote = append(o.Remote, remote.WithRetryBackoff(remote.Backoff{Steps: 1})) },
	}
}

func unkept() *http.Transport { return &http.Transport{DisableKeepAlives: true} }

// push pushes an image, and notes that it was answered.
func (k *killedPushes) push(ctx context.Context, image v1.Image, tag string, through http.RoundTripper) error {
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	if err := crane.Push(image, k.repository+":"+tag, k.client(ctx, through)...); err != nil {
		return err
	}
	k.answered[tag] = digest
	return nil
}

// measure pushes an image, and returns how long each request took.
func (k *killedPushes) measure(ctx context.Context) ([]time.Duration, error) {
	watch := &stopwatch{RoundTripper: unkept()}
	image, err := newImage()
	if err == nil {
		err = k.push(ctx, image, "measured", watch)
	}
	return watch.took, err
}

// round kills the emulator in a push: the first ones in the first requests, and each at any moment of its request. The next
// push is by turns of the same image and of another one, so parts of each second image stay behind.
func (k *killedPushes) round(ctx context.Context, i int, took []time.Duration) error {
	image, err := newImage()
	if err != nil {
		return err
	}
	at := i * len(took) / k.pushes
	cut := &cutter{
		RoundTripper: unkept(), request: at, after: time.Duration(k.chance.Float64() * float64(took[at])), cut: k.emulator.kill,
	}
	err = k.push(ctx, image, fmt.Sprint("killed-", i), cut)
	if !cut.wait() {
		return errors.Join(fmt.Errorf("it ended before its request %d, in which the emulator was to be killed", at+1), err)
	}
	if refused := (*transport.Error)(nil); errors.As(err, &refused) {
		return err
	}
	if err := k.start(ctx); err != nil {
		return err
	}
	if _, err := k.check(ctx); err != nil {
		return fmt.Errorf("after a kill in its request %d: %w", at+1, err)
	}
	tag := fmt.Sprint("killed-", i)
	if i%2 == 1 {
		tag = fmt.Sprint("next-", i)
		if image, err = newImage(); err != nil {
			return err
		}
	}
	if err := k.push(ctx, image, tag, unkept()); err != nil {
		return fmt.Errorf("the next push, after a kill in request %d: %w", at+1, err)
	}
	return nil
}

// finish lets a day pass, after which the files are there that images have, and no others.
func (k *killedPushes) finish(ctx context.Context, requests int) error {
	before, err := k.files()
	if err != nil {
		return err
	}
	if err := k.emulator.advance(ctx, 25*time.Hour); err != nil {
		return err
	}
	if err := k.logIn(ctx); err != nil { // the old login is over
		return err
	}
	named, err := k.check(ctx)
	if err != nil {
		return fmt.Errorf("after a day: %w", err)
	}
	after, err := k.files()
	if err != nil {
		return err
	}
	err = checkRemoval(before, after, named)
	if err == nil {
		fmt.Printf("killed %d times in pushes of %d requests: %d images are whole; of %d files the %d went that no image has\n",
			k.pushes, requests, len(k.answered), len(before), len(before)-len(after))
	}
	return errors.Join(err, k.emulator.interrupt())
}

// checkRemoval fails unless files went, and all that no image has.
func checkRemoval(before, after []string, named map[string]bool) (err error) {
	if len(before) == len(after) {
		err = errors.New("no file went in a day: all pushes were cut before anything was left, or nothing is removed")
	}
	for _, name := range after {
		if !named[name] {
			err = errors.Join(err, fmt.Errorf("a day later the file %s is left, which no image has", name))
		}
	}
	return err
}
