//go:build !linux && !darwin && !windows

package machine

import "errors"

func room(string) (free, total, files int64, err error) {
	return 0, 0, -1, errors.New("it is not read on this system")
}
