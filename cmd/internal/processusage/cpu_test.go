package processusage

import (
	"testing"
	"time"
)

func TestCPUTimeOfAProcess(t *testing.T) {
	stat := "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 1000 0 3 0 250 50 7 8 20 0 9 0 12345 0 0"
	if got := parseCPUTime([]byte(stat)); got != 3*time.Second {
		t.Errorf("%s, want 3s", got)
	}
	if got := parseGroup([]byte(stat)); got != 4711 {
		t.Errorf("group %d, want 4711", got)
	}
	if got := parseCPUTime(nil); got != 0 {
		t.Errorf("of a process that is gone %s", got)
	}
}
