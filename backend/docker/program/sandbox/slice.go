//go:build linux

package main

import (
	"os"
	"path"
	"strings"
	"time"
)

// limitSlice has systemd start a slice with limits, or change those of one that runs.
// Limits that others write into a slice's group do not last: systemd writes its own.
// Sources: systemd.resource-control(5), org.freedesktop.systemd1(5).
func limitSlice(socket, slice string, l groupLimits) error {
	perSecond := unlimited
	if l.cpu != unlimited {
		perSecond = l.cpu * (1_000_000 / cpuPeriod)
	}
	properties := func(w *dbusWriter, starts bool) {
		w.array(8, func() {
			if starts {
				w.property("Description", "s", func() { w.text("limits of ecs-emulator") })
				// Nothing orders it but what is in it.
				w.property("DefaultDependencies", "b", func() { w.uint32(0) })
			}
			for _, p := range []struct {
				name  string
				value uint64
			}{
				{"MemoryMax", l.memory}, {"MemorySwapMax", l.swap}, {"CPUQuotaPerSecUSec", perSecond}, {"CPUWeight", l.weight},
			} {
				w.property(p.name, "t", func() { w.uint64(p.value) })
			}
		})
	}
	systemd, err := dialSystemd(socket)
	if err != nil {
		return err
	}
	defer systemd.close()
	err = systemd.call("StartTransientUnit", "ssa(sv)a(sa(sv))", func(w *dbusWriter) {
		w.text(slice)
		w.text("replace")
		properties(w, true)
		w.array(8, func() {}) // no other units with it
	})
	if refusedAs(err, "org.freedesktop.systemd1.UnitExists") {
		err = systemd.call("SetUnitProperties", "sba(sv)", func(w *dbusWriter) {
			w.text(slice)
			w.uint32(1) // until the slice ends
			properties(w, false)
		})
	}
	return err
}

// dropSlice has systemd end a slice, and those that it alone was in but the last: a slice
// that starts may be about to need that one. To end a slice ends what is in it.
func dropSlice(root, socket, slice string) error {
	systemd, err := dialSystemd(socket)
	if err != nil {
		return err
	}
	defer systemd.close()
	for wait := true; ; wait = false {
		folder, dash := path.Join(root, sliceGroup(slice)), strings.LastIndexByte(slice, '-')
		if dash < 0 || !settles(wait, func() bool { return !hasGroups(folder) }) {
			return nil
		}
		err := systemd.call("StopUnit", "ss", func(w *dbusWriter) {
			w.text(slice)
			w.text("replace")
		})
		if err != nil && !refusedAs(err, "org.freedesktop.systemd1.NoSuchUnit") {
			return err
		}
		settles(true, func() bool {
			_, err := os.Stat(folder)
			return err != nil
		})
		slice = slice[:dash] + ".slice"
	}
}

// settles says whether a condition holds, in a moment if need be.
func settles(wait bool, holds func() bool) bool {
	for tries := 1; !holds(); tries++ {
		if !wait || tries == groupTries {
			return false
		}
		time.Sleep(groupPause)
	}
	return true
}

// sliceGroup is the path of a slice's group: a-b.slice is in a.slice.
// Source: systemd.slice(5).
func sliceGroup(slice string) string {
	name := strings.TrimSuffix(slice, ".slice")
	var group strings.Builder
	for i, c := range name + "-" {
		if c == '-' {
			group.WriteString("/" + name[:i] + ".slice")
		}
	}
	return group.String()
}
