package cloudwatchlogs

import "os"

// SetDisk has files written by another function than WriteAt.
func (o *Options) SetDisk(write func(f *os.File, data []byte, at int64) (int, error)) {
	o.disk.write = write
}
