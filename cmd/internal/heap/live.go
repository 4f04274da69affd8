package heap

import "runtime"

// Live is what the heap holds that is in use, in bytes.
func Live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
