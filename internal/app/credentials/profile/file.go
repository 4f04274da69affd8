package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// properties are the properties of a profile, by name.
type properties map[string]string

// read finds a profile. The credentials file comes before the config file, which has profiles but
// the default one under longer names.
func read(name string) (properties, error) {
	config, configFile, err := section("AWS_CONFIG_FILE", "config", "profile "+name)
	if err != nil {
		return nil, err
	}
	if config == nil && name == "default" {
		if config, _, err = section("AWS_CONFIG_FILE", "config", name); err != nil {
			return nil, err
		}
	}
	keys, keysFile, err := section("AWS_SHARED_CREDENTIALS_FILE", "credentials", name)
	if err != nil {
		return nil, err
	}
	if config == nil && keys == nil {
		return nil, fmt.Errorf("profile %s is neither in %s nor in %s", name, configFile, keysFile)
	}
	all := properties{}
	maps.Copy(all, config)
	maps.Copy(all, keys)
	return all, nil
}

// section reads a section of the file that a variable names, or of that name in the user's folder;
// nil if there is none.
func section(variable, name, title string) (found properties, file string, err error) {
	file = os.Getenv(variable)
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, "", fmt.Errorf("find the folder of AWS's files: %w", err)
		}
		file = filepath.Join(home, ".aws", name)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, file, nil
	}
	if err != nil {
		return nil, file, fmt.Errorf("read AWS's files: %w", err)
	}
	return parse(string(text), title), file, nil
}

// parse returns the properties of a section, nil if there is none. Of two sections with one title,
// the later properties count.
func parse(text, title string) (found properties) {
	inside, nested := false, false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		content := strings.TrimLeft(line, " \t")
		if content == "" || content[0] == '#' || content[0] == ';' {
			continue
		}
		if head, isHead := heading(content); isHead {
			if inside, nested = head == title, false; inside && found == nil {
				found = properties{}
			}
			continue
		}
		if indented && nested {
			continue
		}
		key, value, isProperty := property(content)
		if !inside || !isProperty {
			continue
		}
		nested = value == "" // what follows it and is indented belongs to it
		found[key] = value
	}
	return found
}

// heading returns the title of a section: [ profile  dev ] # mine.
func heading(line string) (title string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	line, _, _ = strings.Cut(line, ";")
	line, ok = strings.CutPrefix(strings.TrimSpace(line), "[")
	if !ok {
		return "", false
	}
	line, ok = strings.CutSuffix(line, "]")
	return strings.Join(strings.Fields(line), " "), ok
}

// property takes a line apart: key = value ; a comment.
func property(line string) (key, value string, ok bool) {
	for _, comment := range []string{" #", " ;", "\t#", "\t;"} {
		line, _, _ = strings.Cut(line, comment)
	}
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return "", "", false
	}
	value = strings.TrimSpace(line[at+1:])
	for _, quote := range []string{"'", `"`} {
		if len(value) > 1 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = value[1 : len(value)-1]
		}
	}
	return strings.ToLower(strings.TrimSpace(line[:at])), value, true
}
