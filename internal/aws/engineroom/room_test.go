package engineroom

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"pgregory.net/rapid"
)

func engines(t *rapid.T) []Engine {
	names := rapid.Permutation([]string{"a", "b", "b-1", "c", "d", "e"}).Draw(t, "names")
	list := make([]Engine, rapid.IntRange(1, 6).Draw(t, "engines"))
	for i := range list {
		list[i] = Engine{
			Name: names[i], Ready: rapid.IntRange(0, 3).Draw(t, "ready") > 0,
			Architecture: rapid.SampledFrom([]string{"x86_64", "x86_64", "arm64"}).Draw(t, "architecture"),
			CPU:          1024 * rapid.IntRange(1, 4).Draw(t, "vCPUs"), Memory: 1024 * rapid.IntRange(1, 8).Draw(t, "GiB"),
		}
	}
	return list
}

// share is the rule in plain words: the smaller share of free CPU and memory once the task is there.
func share(e Engine, has, asks Load) *big.Rat {
	part := func(of, reserved int) *big.Rat { return big.NewRat(int64(of-reserved), int64(of)) }
	cpu, memory := part(e.CPU, has.CPU+asks.CPU), part(e.Memory, has.Memory+asks.Memory)
	if cpu.Cmp(memory) < 0 {
		return cpu
	}
	return memory
}

// better reports whether the rule prefers engine i to one before it in the order given.
func better(all []Engine, loads []Load, asks Load, i, j int) bool {
	if order := share(all[i], loads[i], asks).Cmp(share(all[j], loads[j], asks)); order != 0 {
		return order > 0
	}
	if loads[i].Tasks != loads[j].Tasks {
		return loads[i].Tasks < loads[j].Tasks
	}
	return i < j
}

// TestBestEngineIsChosen places tasks one after the other on random engines, of which none that is not ready or of another
// architecture ever gets one, however full the others are.
func TestBestEngineIsChosen(t *testing.T) {
	s := openStore(t)
	rapid.Check(t, func(t *rapid.T) {
		all := engines(t)
		board := Board{Engines: func() []Engine { return all }}
		loads := make([]Load, len(all))
		err := s.Update(func(tx *store.Tx) error {
			tx.Reset()
			for i, e := range all {
				loads[i] = Load{rapid.IntRange(0, 3).Draw(t, "tasks"), 256 * rapid.IntRange(0, 20).Draw(t, "cpu"), 512 * rapid.IntRange(0, 20).Draw(t, "memory")}
				Carry(tx, e.Name, rapid.Bool().Draw(t, "on an instance"), Load{}, loads[i])
			}
			Carry(tx, "b-0", false, Load{}, Load{1, 1 << 20, 1 << 20}) // that is left out
			room := board.View().In(tx)
			for range rapid.IntRange(1, 8).Draw(t, "placed") {
				ask := Ask{
					Architecture: rapid.SampledFrom([]string{"x86_64", "arm64"}).Draw(t, "of"),
					CPU:          256 * rapid.IntRange(1, 8).Draw(t, "asks cpu"), Memory: 512 * rapid.IntRange(1, 8).Draw(t, "asks memory"),
				}
				if rapid.IntRange(0, 4).Draw(t, "pinned") == 0 {
					ask.Engine = all[rapid.IntRange(0, len(all)-1).Draw(t, "to")].Name
				}
				checkPlace(t, room, all, loads, ask)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func checkPlace(t *rapid.T, room *Room, all []Engine, loads []Load, ask Ask) {
	suits := func(e Engine) bool {
		return e.Architecture == ask.Architecture && (ask.Engine == "" || ask.Engine == e.Name)
	}
	got, lack := room.Place(ask)
	i := slices.IndexFunc(all, func(e Engine) bool { return e.Name == got })
	if i < 0 {
		waits := false
		for _, e := range all {
			if waits = waits || suits(e); suits(e) && e.Ready {
				t.Fatalf("%+v has no place, though %s suits", ask, e.Name)
			}
		}
		if lack == nil || lack.Waits != waits {
			t.Fatalf("lack %+v, want one that waits: %v", lack, waits)
		}
		return
	}
	if lack != nil || !all[i].Ready || !suits(all[i]) {
		t.Fatalf("%+v is placed on %+v, lack %v", ask, all[i], lack)
	}
	for j, other := range all {
		if j != i && other.Ready && suits(other) && better(all, loads, ask.load(), j, i) {
			t.Fatalf("%+v is placed on %+v with %+v, better is %+v with %+v", ask, all[i], loads[i], other, loads[j])
		}
	}
	loads[i].add(ask.load(), 1)
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func boardOf(shared []string, all ...Engine) *Board {
	return &Board{Engines: func() []Engine { return all }, Shared: shared}
}

func onBoard(t *testing.T, b *Board, do func(tx *store.Tx, r *Room)) {
	t.Helper()
	if err := openStore(t).Update(func(tx *store.Tx) error { do(tx, b.View().In(tx)); return nil }); err != nil {
		t.Fatal(err)
	}
}

var (
	ready = Engine{Name: "a", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}
	away  = Engine{Name: "b", Architecture: "x86_64", CPU: 4096, Memory: 8192}
	arm   = Engine{Name: "c", Ready: true, Architecture: "arm64", CPU: 4096, Memory: 8192}
)

func TestWhatIsNotPlacedSaysWhy(t *testing.T) {
	for _, test := range []struct {
		ask   Ask
		waits bool
		want  string
	}{
		{Ask{Engine: "x"}, false, "ecs-emulator: there is no engine x among a, b and c"},
		{Ask{Engine: "b", Architecture: "x86_64"}, true, "ecs-emulator: the engine b does not answer"},
		{Ask{Engine: "c", Architecture: "x86_64"}, false, "ecs-emulator: the engine c has the architecture arm64, not x86_64"},
		{Ask{Architecture: "riscv"}, false, "ecs-emulator: no engine has the architecture riscv"},
	} {
		onBoard(t, boardOf(nil, ready, away, arm), func(_ *store.Tx, r *Room) {
			got, lack := r.Place(test.ask)
			if got != "" || lack == nil || *lack != (Lack{test.want, test.waits}) {
				t.Errorf("%+v: engine %q, lack %+v, want %q, which waits: %v", test.ask, got, lack, test.want, test.waits)
			}
		})
	}
	onBoard(t, boardOf(nil, away, Engine{Name: "d"}), func(_ *store.Tx, r *Room) {
		if _, lack := r.Place(Ask{Architecture: "arm64"}); lack == nil || *lack != (Lack{"ecs-emulator: the engine d does not answer", true}) {
			t.Errorf("lack %+v: an engine that has not told its architecture may have any", lack)
		}
	})
}

func TestInstancesArePinnedByWhatTheyHave(t *testing.T) {
	has := map[string]Load{}
	onBoard(t, boardOf(nil, ready, Engine{Name: "d", Ready: true, Architecture: "x86_64", CPU: 8192, Memory: 16384}), func(tx *store.Tx, _ *Room) {
		r := boardOf(nil, ready, Engine{Name: "d", Ready: true, Architecture: "x86_64", CPU: 8192, Memory: 16384}).View().
			ForInstances(tx, func(engine string) Load { return has[engine] })
		count := map[string]int{}
		for range 6 {
			engine, lack := r.PlaceInstance(Ask{Architecture: "x86_64", CPU: 2048, Memory: 4096})
			if lack != nil {
				t.Fatal(lack)
			}
			count[engine]++
		}
		if count["a"] != 2 || count["d"] != 4 {
			t.Errorf("of six instances %v are on the engines, want 2 and 4: one has half of the other", count)
		}
	})
	onBoard(t, boardOf(nil, away), func(tx *store.Tx, _ *Room) {
		r := boardOf(nil, away).View().ForInstances(tx, func(string) Load { return Load{} })
		if engine, lack := r.PlaceInstance(Ask{Architecture: "x86_64"}); engine != "b" || lack != nil {
			t.Errorf("engine %q, lack %v: an instance waits on the engine that may come back", engine, lack)
		}
	})
}

func TestFileSystemStaysOnItsEngine(t *testing.T) {
	two := []Engine{ready, {Name: "d", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}}
	onBoard(t, boardOf([]string{"fs-both"}, two...), func(tx *store.Tx, r *Room) {
		place := func(ask Ask) string {
			ask.CPU, ask.Memory = 1024, 1024
			engine, lack := r.Place(ask)
			if lack != nil {
				return lack.Reason
			}
			return engine
		}
		mounts := func(ids ...string) Ask { return Ask{FileSystems: ids} }
		pinned := func(engine string, ids ...string) Ask { return Ask{Engine: engine, FileSystems: ids} }
		for i, step := range []struct {
			ask  Ask
			want string
		}{
			{pinned("d", "fs-1"), "d"}, {mounts("fs-1"), "d"}, {mounts("fs-1"), "d"}, {mounts("fs-2"), "a"}, {pinned("d", "fs-both"), "d"}, {mounts("fs-both"), "a"},
			{pinned("a", "fs-1"), "ecs-emulator: the file system fs-1 is on the engine d, and no --shared-file-system says that a mounts the same"},
			{mounts("fs-1", "fs-2"), "ecs-emulator: the file systems fs-1 and fs-2 are on the engines d and a, and no --shared-file-system says that both mount them"},
		} {
			if got := place(step.ask); got != step.want {
				t.Errorf("step %d: %+v is placed on %q, want %q", i, step.ask, got, step.want)
			}
		}
		Claim(tx, "d", []string{"fs-1"})
		later := boardOf(nil, two...).View().In(tx)
		if got := fmt.Sprint(later.Demands(pinned("a", "fs-1"))); got != "[a d]" {
			t.Errorf("an instance must be on %s, want on a and d, on which none is", got)
		}
		away := two[1]
		away.Ready = false
		const waits = "ecs-emulator: the engine d does not answer, and no --shared-file-system says that others mount its file system fs-1"
		if engine, lack := boardOf(nil, ready, away).View().In(tx).Place(mounts("fs-1")); lack == nil || !lack.Waits || lack.Reason != waits {
			t.Errorf("engine %q, lack %+v: want %s", engine, lack, waits)
		}
		if gone := boardOf(nil, ready, arm).View().In(tx); gone.Refuses(pinned("a", "fs-1")) != "" {
			t.Error("a file system holds tasks to an engine that is not there any more")
		}
		Leave(tx, "d")
		Claim(tx, "a", []string{"fs-1"})
		if got := fmt.Sprint(boardOf(nil, two...).View().In(tx).Demands(mounts("fs-1"))); got != "[a]" {
			t.Errorf("a file system that began anew is on %s, want on a", got)
		}
	})
}

func TestOneEngineWithoutANameHasNoBoard(t *testing.T) {
	var none *Board
	for _, b := range []*Board{none, {}, boardOf(nil, Engine{Ready: true})} {
		v := b.View()
		engine, lack := v.In(nil).Place(Ask{Engine: "x", FileSystems: []string{"fs-1"}})
		if v != nil || engine != "" || lack != nil || v.Unknown("x") != "" || v.In(nil).Refuses(Ask{Engine: "x"}) != "" {
			t.Errorf("view %v, engine %q, lack %v: the tag has no effect there", v, engine, lack)
		}
	}
}
