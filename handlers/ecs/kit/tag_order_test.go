package kit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// TestTagOrder has orders in which Java prints a HashMap with these keys.
func TestTagOrder(t *testing.T) {
	for added, want := range map[string]string{
		"one two three four five":             "four one two three five",
		"apple banana cherry":                 "banana apple cherry",
		"team stage Name aws:ecs:clusterName": "stage team aws:ecs:clusterName Name",
	} {
		var tags []types.Tag
		for key := range strings.FieldsSeq(added) {
			tags = append(tags, types.Tag{Key: &key})
		}
		var got []string
		for _, tag := range ListedTags(tags) {
			got = append(got, *tag.Key)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	if got := ListedTags(nil); got == nil || len(got) != 0 {
		t.Errorf("no tags are %#v", got)
	}
	var many []types.Tag
	for i := range 50 {
		key := fmt.Sprint("k", i)
		many = append(many, types.Tag{Key: &key})
	}
	if got := ListedTags(many); len(got) != 50 || &got[0] == &many[0] {
		t.Error("the tags of a row are not the caller's to sort")
	}
}
