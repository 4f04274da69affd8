package processusage

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestThePeakOfMemoryStays(t *testing.T) {
	const size = 64 << 20
	content := make([]byte, size)
	for i := 0; i < size; i += os.Getpagesize() {
		content[i] = 1
	}
	runtime.KeepAlive(content)
	debug.FreeOSMemory()
	now, ok := Memory(os.Getpid())
	peak, known := PeakMemory(os.Getpid())
	if !ok || !known || peak < size || now > peak-size/2 {
		t.Errorf("the peak is %d, and there are %d: %v, %v", peak, now, known, ok)
	}
}
