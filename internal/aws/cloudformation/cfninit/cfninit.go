// Package cfninit says what cfn-init does on an instance: which files it writes and which commands it runs, by the metadata
// AWS::CloudFormation::Init of a resource. Packages, groups, users, sources and services make no difference here, as no instance
// has an operating system. Source: CloudFormation user guide, AWS::CloudFormation::Init.
package cfninit

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Key is where metadata has it.
const Key = "AWS::CloudFormation::Init"

// Texts are the contents of files and the commands of the config sets that a call names with commas, in the order in which
// cfn-init comes to them. Of a command there are its variables, too; its test is not run.
func Texts(metadata *document.Value, configSets string) (texts []string, err error) {
	init := metadata.Get(Key)
	if init == nil || init.Kind != document.Map {
		return nil, fmt.Errorf("the metadata has no %s", Key)
	}
	configs, err := chosen(init, configSets)
	if err != nil {
		return nil, err
	}
	for _, name := range configs {
		config := init.Get(name)
		if config == nil {
			return nil, fmt.Errorf("%s has no config %s", Key, name)
		}
		for _, file := range members(config.Get("files")) {
			texts = append(texts, contentOf(file.Value))
		}
		commands := members(config.Get("commands"))
		sorting.By(commands, func(a, b document.Member) int { return strings.Compare(a.Name, b.Name) })
		for _, c := range commands {
			texts = append(texts, commandOf(c.Value))
		}
	}
	return texts, nil
}

// chosen are the configs to go through. Without sets there is one, which is called config.
func chosen(init *document.Value, configSets string) ([]string, error) {
	sets := init.Get("configSets")
	if sets == nil && configSets == "" {
		return []string{"config"}, nil
	}
	if configSets == "" {
		configSets = "default"
	}
	var names []string
	for name := range strings.SplitSeq(configSets, ",") {
		more, err := configsOf(sets, strings.TrimSpace(name), nil)
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	return names, nil
}

// configsOf are the configs of a set, which may have other sets; above are those that have it.
func configsOf(sets *document.Value, name string, above []string) (names []string, err error) {
	set := sets.Get(name)
	switch {
	case set == nil:
		return nil, fmt.Errorf("%s has no config set %s", Key, name)
	case slices.Contains(above, name):
		return nil, fmt.Errorf("the config set %s of %s has itself", name, Key)
	case set.Scalar():
		return []string{set.Text}, nil
	}
	for _, item := range set.Items {
		if item.Scalar() {
			names = append(names, item.Text)
			continue
		}
		more, err := configsOf(sets, item.TextOf("ConfigSet"), append(slices.Clip(above), name))
		if err != nil {
			return nil, err
		}
		if names = append(names, more...); len(names) > mostConfigs {
			return nil, fmt.Errorf("the config set %s of %s has more than %d configs", name, Key, mostConfigs)
		}
	}
	return names, nil
}

// mostConfigs bounds sets that double in each of others.
const mostConfigs = 1000

func members(v *document.Value) []document.Member {
	if v == nil {
		return nil
	}
	return slices.Clone(v.Members)
}

// contentOf is what a file has, but for one that is downloaded.
func contentOf(file *document.Value) string {
	content := file.Get("content")
	switch {
	case content == nil:
		return ""
	case !content.Scalar():
		return content.TypedJSON()
	}
	text := content.Text
	if file.TextOf("encoding") == "base64" {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return ""
		}
		text = string(decoded)
	}
	for _, value := range members(file.Get("context")) { // of Mustache, values alone
		text = strings.ReplaceAll(text, "{{"+value.Name+"}}", value.Value.Text)
	}
	return text
}

// commandOf is a command as lines of a script.
func commandOf(c *document.Value) string {
	var lines []string
	for _, variable := range members(c.Get("env")) {
		lines = append(lines, variable.Name+`="`+variable.Value.Text+`"`)
	}
	command := c.Get("command")
	if command == nil {
		return ""
	}
	words, _ := command.Texts()
	return strings.Join(append(lines, strings.Join(words, " ")), "\n")
}
