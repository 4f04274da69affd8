package outbox_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

type letter struct{ To, Text string }

type parcel struct {
	From   *letter
	Weight int
}

var (
	_ = outbox.Declare[letter]("letter")
	_ = outbox.DeclareWhole[parcel]("from")
)

// Each kind of change is in the file under its name, or with its own members, and comes back as what it was.
func TestChangesAreReadAgain(t *testing.T) {
	options := store.Options{Path: filepath.Join(t.TempDir(), "state.db")}
	s, err := store.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 0).UTC()
	sent := []any{&letter{"a", "x"}, &parcel{From: &letter{To: "b"}, Weight: 3}}
	if err := s.Update(func(tx *store.Tx) error {
		for _, change := range sent {
			outbox.Announce(tx, change, at)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(options); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	events, _, _ := outbox.Since(s, 0)
	var got []any
	for _, e := range events {
		got = append(got, e.Value.Value())
	}
	if diff := cmp.Diff(sent, got); diff != "" {
		t.Errorf("-sent +read:\n%s", diff)
	}
	if outbox.As[letter](events[0]) != events[0].Value.Value() || outbox.As[letter](events[1]) != nil {
		t.Error("a change is of another kind")
	}
	if text := string(wire.Marshal(events[0].Value)) + string(wire.Marshal(events[1].Value)); text != `{"letter":{"text":"x","to":"a"}}{"from":{"to":"b"},"weight":3}` {
		t.Errorf("kept as %s", text)
	}
}

func TestKindsMustBeDeclared(t *testing.T) {
	if err := wire.Unmarshal([]byte(`{"other":{}}`), new(outbox.Change)); err == nil {
		t.Error("a kind is read that is not declared")
	}
	defer func() {
		if recover() == nil {
			t.Error("a kind is announced that is not declared")
		}
	}()
	outbox.NewChange(&struct{}{})
}
