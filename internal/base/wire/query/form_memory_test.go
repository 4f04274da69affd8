package query_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// TestValuesDoNotKeepALongForm: what is kept of a value is not all of its request.
func TestValuesDoNotKeepALongForm(t *testing.T) {
	text := "Action=CreateRole&RoleName=web&Padding=" + strings.Repeat("a", 1<<20)
	form, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	name := form.Get("RoleName")
	begin, at := uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(unsafe.Pointer(unsafe.StringData(name)))
	if name != "web" || at >= begin && at < begin+uintptr(len(text)) {
		t.Errorf("%q is a part of the form", name)
	}
}
