package initfolder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// makeTaskDefinition registers a revision, which has the fingerprint of its file.
func (f *Folder) makeTaskDefinition(ctx context.Context, d definition) error {
	var in ecs.RegisterTaskDefinitionInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	in.Tags = append(in.Tags, types.Tag{Key: aws.String(initTag), Value: aws.String(fingerprint(d.body))})
	return f.call(ctx, operation("RegisterTaskDefinition"), &in, nil)
}

// madeTaskDefinitions are the paths of the files whose revisions are there. In the end the newest revisions of a family
// come from its files, in their order. If its newest revisions come from its first files, only the other files are
// still to be registered; else all are.
func (f *Folder) madeTaskDefinitions(ctx context.Context, definitions []definition) (map[string]bool, error) {
	families := map[string][]definition{}
	for _, d := range definitions {
		if d.kind != taskDefinitionFile {
			continue
		}
		var in ecs.RegisterTaskDefinitionInput
		if err := wire.Unmarshal(d.body, &in); err != nil {
			return nil, fmt.Errorf("init %s: %w", d.path, err)
		}
		family := aws.ToString(in.Family)
		families[family] = append(families[family], d)
	}
	made := map[string]bool{}
	for _, family := range slices.Sorted(maps.Keys(families)) {
		files := families[family]
		newest, err := f.newestFingerprints(ctx, family, len(files))
		if err != nil {
			return nil, fmt.Errorf("init %s: %w", files[0].path, err)
		}
		for _, d := range files[:firstFiles(files, newest)] {
			made[d.path] = true
		}
	}
	return made, nil
}

// firstFiles are how many of the files, from the first one on, the newest revisions were made from, by their fingerprints.
func firstFiles(files []definition, newest []string) int {
	var sums []string
	for _, d := range files {
		sums = append(sums, fingerprint(d.body))
	}
	for n := len(newest); n > 0; n-- {
		if slices.Equal(sums[:n], newest[len(newest)-n:]) {
			return n
		}
	}
	return 0
}

// newestFingerprints are the fingerprints of at most n revisions of a family, the newest one last; "" is a revision that
// came from no file. It lists before it describes, because the log warns of requests that fail.
func (f *Folder) newestFingerprints(ctx context.Context, family string, n int) (sums []string, err error) {
	var listed ecs.ListTaskDefinitionsOutput
	err = f.call(ctx, operation("ListTaskDefinitions"), &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: &family, Sort: types.SortOrderDesc, MaxResults: aws.Int32(int32(min(n, 100))), // which is AWS's limit
	}, &listed)
	if err != nil {
		return nil, err
	}
	for _, each := range slices.Backward(listed.TaskDefinitionArns) {
		var revision ecs.DescribeTaskDefinitionOutput
		err = f.call(ctx, operation("DescribeTaskDefinition"), &ecs.DescribeTaskDefinitionInput{
			TaskDefinition: &each, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
		}, &revision)
		if err != nil {
			return nil, err
		}
		sum := ""
		for _, tag := range revision.Tags {
			if aws.ToString(tag.Key) == initTag {
				sum = aws.ToString(tag.Value)
			}
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

func fingerprint(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// initTag marks a revision with the content of the file that it was made from.
const initTag = "ecs-emulator:init"
