package machine

import "golang.org/x/sys/windows"

func room(path string) (free, total, files int64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, 0, -1, err
	}
	var available, all uint64
	if err := windows.GetDiskFreeSpaceEx(name, &available, &all, nil); err != nil {
		return 0, 0, -1, err
	}
	return int64(available), int64(all), -1, nil
}
