package ec2

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxUserData bounds what is read of user data, packed or not.
const maxUserData = 1 << 20

// ReadUserData finds what user data tells the container agent. It is not run: lines that
// set the agent's variables count wherever they stand, in a shell script, in cloud-init's
// formats, or as Bottlerocket's settings. Texts that cfn-init has made files and commands of are read after it.
func ReadUserData(encoded string, initialized ...string) Agent {
	found := settings{capable: map[string]bool{}}
	found.read(decoded(encoded), 0)
	for _, text := range initialized {
		found.readShell(text, 0)
	}
	return found.agent()
}

// settings are what user data says about the agent; the last line counts.
type settings struct {
	cluster          string
	attributes, tags map[string]string
	propagatesTags   bool
	drainsSpot       bool
	pullBehavior     string
	capable          map[string]bool // of what agentCapabilities and agentDenials have, by the variable
	drivers          []string        // of logs
	listsDrivers     bool
	init             []Init
}

func (s *settings) read(text []byte, depth int) {
	if depth > 3 { // deeper nesting has no use
		return
	}
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		if r, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			unpacked, _ := io.ReadAll(io.LimitReader(r, maxUserData)) // what can be read counts
			s.read(unpacked, depth+1)
		}
		return
	}
	if parts := mimeParts(text); parts != nil {
		for _, part := range parts {
			s.read(part, depth+1)
		}
		return
	}
	if bytes.Contains(text, []byte("settings")) {
		s.readTOML(string(text))
	}
	s.readShell(string(text), depth)
}

var (
	assignment = lazyregexp.New(`^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)=("[^"$` + "`" + `]*"|'[^']*'|[^\s"'$;&|` + "`" + `]*)\s*;?\s*$`)
	variable   = lazyregexp.New(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)
	// encodedFile is the content of cloud-init's write_files with encoding: b64.
	encodedFile = lazyregexp.New(`^\s*content:\s*(?:!!binary\s*)?["']?([A-Za-z0-9+/]{16,}={0,2})["']?\s*$`)
)

// readShell finds the agent's variables in lines of a script, or of a file that one makes.
// Variables of the script count if they have a plain value.
func (s *settings) readShell(text string, depth int) {
	values, command := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		line = variable.ReplaceAllStringFunc(line, func(name string) string {
			if value, known := values[strings.Trim(name, "${}")]; known {
				return value
			}
			return name
		})
		if set := assignment.FindStringSubmatch(line); set != nil {
			values[set[1]] = strings.Trim(set[2], `"'`)
		}
		if file := encodedFile.FindStringSubmatch(line); file != nil {
			s.read(decoded(file[1]), depth+1)
		}
		s.readLine(line)
		var goesOn bool
		if command, goesOn = strings.CutSuffix(command+line, `\`); goesOn {
			continue
		}
		s.readInit(command)
		command = ""
	}
}

// readLine reads what a line sets. Source: ECS developer guide, container agent
// configuration.
func (s *settings) readLine(line string) {
	if value, found := after(line, "ECS_CLUSTER="); found {
		s.cluster = word(value)
	}
	if value, found := after(line, "ECS_INSTANCE_ATTRIBUTES="); found {
		s.attributes = object(value)
	}
	if value, found := after(line, "ECS_CONTAINER_INSTANCE_TAGS="); found {
		s.tags = object(value)
	}
	if value, found := after(line, "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM="); found {
		s.propagatesTags = word(value) == "ec2_instance"
	}
	if value, found := after(line, "ECS_ENABLE_SPOT_INSTANCE_DRAINING="); found {
		s.drainsSpot = word(value) == "true"
	}
	if value, found := after(line, "ECS_IMAGE_PULL_BEHAVIOR="); found {
		s.pullBehavior = word(value)
	}
	s.readCapabilities(line)
}

// after is the rest of a line behind a variable, which is no part of a longer name.
func after(line, name string) (rest string, found bool) {
	at := strings.LastIndex(line, name)
	if at < 0 || at > 0 && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", rune(line[at-1])) {
		return "", false
	}
	return line[at+len(name):], true
}

// word is the value at the start of what follows the name of a variable.
func word(text string) string {
	if text != "" && strings.ContainsRune(`"'`, rune(text[0])) {
		value, _, _ := strings.Cut(text[1:], text[:1])
		return value
	}
	if end := strings.IndexAny(text, " \t\"'\\;&|>"); end >= 0 {
		text = text[:end]
	}
	return text
}

// object reads the JSON object at the start of a value, whose quotes a shell may need
// escaped.
func object(text string) map[string]string {
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return nil
	}
	for _, json := range []string{text[start:], strings.ReplaceAll(text[start:], `\"`, `"`)} {
		if values := decodeObject(json); values != nil {
			return values
		}
	}
	return nil
}

func decodeObject(text string) map[string]string {
	var raw map[string]any
	if json.NewDecoder(strings.NewReader(text)).Decode(&raw) != nil {
		return nil
	}
	values := map[string]string{}
	for name, value := range raw {
		if text, isText := value.(string); isText {
			values[name] = text
		}
	}
	return values
}

// agent is what the settings come to. Attributes and tags are in order of their names.
func (s *settings) agent() Agent {
	a := Agent{Cluster: s.cluster, PropagatesTags: s.propagatesTags, DrainsSpot: s.drainsSpot, PullBehavior: s.pullBehavior, Init: s.init}
	for _, name := range slices.Sorted(maps.Keys(s.attributes)) {
		attribute := ecstypes.Attribute{Name: aws.String(name)}
		if value := s.attributes[name]; value != "" {
			attribute.Value = &value
		}
		a.Attributes = append(a.Attributes, attribute)
	}
	has, lacks := s.capabilities()
	for _, name := range has {
		a.Attributes = append(a.Attributes, ecstypes.Attribute{Name: &name})
	}
	a.Lacks = lacks
	for _, key := range slices.Sorted(maps.Keys(s.tags)) {
		a.Tags = append(a.Tags, ecstypes.Tag{Key: aws.String(key), Value: aws.String(s.tags[key])})
	}
	return a
}
