package firelens

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	generator "github.com/awslabs/go-config-generator-for-fluentd-and-fluentbit"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// generated is what AWS's generator writes for a pipeline (FL-22). It is what the agent uses.
func generated(t interface{ Fatal(...any) }, p pipeline, kind types.FirelensConfigurationType) string {
	config, anything := generator.New(), "*"
	if kind == types.FirelensConfigurationTypeFluentd {
		anything = "**"
	}
	for _, in := range p.inputs {
		config.AddInput(in.name, in.tag, in.options)
	}
	for _, f := range p.include {
		config.AddIncludeFilter(f.pattern, "log", f.tag)
	}
	for _, f := range p.exclude {
		config.AddExcludeFilter(f.pattern, "log", f.tag)
	}
	for key, value := range p.fields {
		config.AddFieldToRecord(key, value, anything)
	}
	if p.file != "" {
		config.AddExternalConfig(p.file, generator.AfterFilters)
	}
	for _, out := range p.outputs {
		config.AddOutput(out.name, out.tag, out.options)
	}
	var text bytes.Buffer
	write := config.WriteFluentBitConfig
	if kind == types.FirelensConfigurationTypeFluentd {
		write = config.WriteFluentdConfig
	}
	if err := write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// The generator judges anything that a definition may say.
func TestConfigurationsAreThoseOfAWSsGenerator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(types.FirelensConfigurationType("").Values()).Draw(t, "type")
		task := Task{
			ARN: "arn:aws:ecs:us-east-1:000000000000:task/shop/0123456789abcdef0123456789abcdef", Cluster: "shop", Definition: "web:7",
			InstanceID: rapid.SampledFrom([]string{"", "i-0123456789abcdef0"}).Draw(t, "instance"), OnFargate: rapid.Bool().Draw(t, "Fargate"),
			NetworkMode: rapid.SampledFrom(types.NetworkMode("").Values()).Draw(t, "network mode"),
		}
		containers := drawContainers(t, kind)
		got, err := NewConfiguration(task, containers)
		if err != nil {
			t.Fatal(err)
		}
		if want := generated(t, got.pipeline, kind); got.Text != want {
			t.Fatal(cmp.Diff(want, got.Text))
		}
	})
}

// drawContainers are a router, and containers with any options.
func drawContainers(t *rapid.T, kind types.FirelensConfigurationType) []types.ContainerDefinition {
	text := rapid.OneOf(rapid.StringMatching(`[ -~]{0,20}`), rapid.String())
	router := types.ContainerDefinition{Name: new("router"), FirelensConfiguration: &types.FirelensConfiguration{Type: kind, Options: map[string]string{}}}
	if rapid.Bool().Draw(t, "metadata") {
		router.FirelensConfiguration.Options[optionMetadata] = rapid.SampledFrom([]string{"true", "false", "0", "maybe"}).Draw(t, "value")
	}
	if rapid.Bool().Draw(t, "file") {
		router.FirelensConfiguration.Options[optionFileType] = rapid.SampledFrom([]string{inImage, inS3}).Draw(t, "file type")
		router.FirelensConfiguration.Options[optionFileValue] = rapid.SampledFrom([]string{"/extra.conf", "arn:aws:s3:::b/k", "x y"}).Draw(t, "file value")
	}
	containers := []types.ContainerDefinition{router}
	for i := range rapid.IntRange(0, 4).Draw(t, "containers") {
		options := rapid.MapOfN(rapid.OneOf(rapid.SampledFrom([]string{optionInclude, optionExclude, optionBufferLimit, "Region"}), text), text, 0, 5).Draw(t, "options")
		options[dialectOf(router.FirelensConfiguration).outputKey] = text.Draw(t, "plugin")
		containers = append(containers, types.ContainerDefinition{
			Name: new(fmt.Sprintf("app-%d", i)), LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: options},
		})
	}
	return rapid.Permutation(containers).Draw(t, "order")
}

// Of each option of a container, its filters and its output have what they should.
func TestEachOptionHasItsPlace(t *testing.T) {
	options := map[string]string{"Name": "http", "Host": "h", optionInclude: "in", optionExclude: "out", optionBufferLimit: "1000"}
	p, err := newPipeline(Task{NetworkMode: types.NetworkModeHost}, []types.ContainerDefinition{
		{Name: new("app"), LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: options}},
		{Name: new("other"), LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{"Name": "none"}}},
		{Name: new("router"), FirelensConfiguration: &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}},
	}, 2, routerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.include, []grep{{"app-firelens*", "in"}}) || !slices.Equal(p.exclude, []grep{{"app-firelens*", "out"}}) {
		t.Errorf("filters %v and %v", p.include, p.exclude)
	}
	if len(p.outputs) != 1 || p.outputs[0].name != "http" || !maps.Equal(p.outputs[0].options, map[string]string{"Host": "h"}) {
		t.Errorf("outputs %+v", p.outputs)
	}
}
