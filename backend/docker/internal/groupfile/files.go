// Package groupfile reads the files of the kernel that tell what containers use. The emulator does so where it sees them, and
// otherwise the sandbox program, which sends them as a text; so this package is as small as that program, without fmt.
package groupfile

import (
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// Files are texts by the names of their files, without the last line break. "now" is when they were read, in nanoseconds.
type Files map[string]string

func newFiles() Files {
	return Files{"now": strconv.FormatInt(time.Now().UnixNano(), 10)}
}

// add reads those of the files in a folder that are there: not each kernel has all.
func (f Files) add(folder string, names ...string) {
	for _, name := range names {
		if text, err := os.ReadFile(path.Join(folder, name)); err == nil {
			f[name] = strings.TrimSuffix(string(text), "\n")
		}
	}
}

// AddCPUs reads what all CPUs do, which is the beginning of a file that goes on for long.
func (f Files) AddCPUs(processes string) {
	f.add(processes, "stat")
	if text, read := f["stat"]; read {
		f["stat"], _, _ = strings.Cut(text, "\nintr")
	}
}

// complete reports whether the main files are there, which a group loses first when it goes.
func (f Files) complete() bool {
	return f.has("memory.usage_in_bytes", "cpuacct.usage") || f.has("memory.current", "cpu.stat")
}

func (f Files) has(names ...string) bool {
	for _, name := range names {
		if _, ok := f[name]; !ok {
			return false
		}
	}
	return true
}

// What separates a name from its text, lines, and files, in one line of text. No file has these bytes.
const (
	afterName = "\x1f"
	afterLine = "\x1e"
	afterFile = "\x1d"
)

func (f Files) Text() string {
	var b strings.Builder
	for name, text := range f {
		if b.Len() > 0 {
			b.WriteString(afterFile)
		}
		b.WriteString(name + afterName + strings.ReplaceAll(text, "\n", afterLine))
	}
	return b.String()
}

// Parse reads what Text has made. It reports false without the main files, as while the container ends.
func Parse(text string) (Files, bool) {
	files := Files{}
	for file := range strings.SplitSeq(text, afterFile) {
		name, said, ok := strings.Cut(file, afterName)
		if !ok {
			return nil, false
		}
		files[name] = strings.ReplaceAll(said, afterLine, "\n")
	}
	if !files.complete() {
		return nil, false
	}
	return files, true
}
