//go:build !linux

package machine

import "testing"

func smallDisk(t *testing.T) string {
	t.Skip("no file system is mounted here")
	return ""
}
