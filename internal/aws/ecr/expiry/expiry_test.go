package expiry_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/expiry"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// theNewest keeps one image.
const theNewest = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}`

// Rules act a day after they were put, and each day from then on, as long as they are there.
func TestRulesActOnceADay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		files, err := ecr.OpenFiles(dir, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		c := clock.New(clock.Options{})
		defer c.Close()
		ctx, cancel := context.WithCancel(t.Context())
		loop, ended := expiry.New(expiry.Options{Store: s, Clock: c, Log: slog.New(slog.DiscardHandler), Files: files}), make(chan struct{})
		c.SetQuiet(loop.Idle)
		go func() { _ = loop.Run(ctx); close(ended) }()
		defer func() { cancel(); <-ended }()

		app := func(tx *store.Tx) *ecr.Repository { return ecr.Repositories.Find(tx, scope, "app") }
		update := func(change func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Update(change); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		push := func(tag string) {
			t.Helper()
			content := []byte(tag)
			if err := files.Put(content, func(digest string) error {
				return s.Update(func(tx *store.Tx) error {
					_, err := ecr.Push(tx, app(tx), digest, &ecr.Manifest{Size: int64(len(content))}, tag, c.Now())
					return err
				})
			}); err != nil {
				t.Fatal(err)
			}
		}
		put := func(rules string) {
			t.Helper()
			update(func(tx *store.Tx) error {
				changed := *app(tx)
				changed.Lifecycle, changed.LifecycleAt = rules, c.Now()
				ecr.Repositories.Put(tx, &changed)
				return nil
			})
		}
		has := func(want string) {
			t.Helper()
			var got []string
			for _, tag := range ecr.TagsInOrder(s.Read(), app(s.Read())) {
				got = append(got, tag.Name)
			}
			if strings.Join(got, " ") != want || files.Size() != int64(len(strings.Join(got, ""))) {
				t.Errorf("there are %s in %d bytes, want %s", got, files.Size(), want)
			}
		}
		advance := func(d time.Duration) {
			t.Helper()
			if err := c.Advance(ctx, d); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}

		update(func(tx *store.Tx) error {
			ecr.Repositories.Put(tx, &ecr.Repository{Scope: scope, Name: "app"})
			return nil
		})
		push("one")
		advance(time.Minute)
		push("two")
		put(theNewest)
		advance(23 * time.Hour)
		has("one two")
		advance(time.Hour)
		has("two")
		if at := app(s.Read()).EvaluatedAt; c.Now().Sub(at) > time.Second {
			t.Errorf("evaluated at %v, now it is %v", at, c.Now())
		}
		push("three")
		advance(23 * time.Hour)
		has("two three")
		advance(time.Hour)
		has("three")
		push("four")
		put("")
		advance(100 * time.Hour)
		has("three four")
	})
}
