package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Operations is the page of a service: each operation, its support, and how a test has seen policies decide about it.
func Operations(s awsapi.Service, seen Seen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s\n\n", s.Title, Written, summary(s))
	b.WriteString("| Operation | Support | [Access](../access.md) | Note |\n| --- | --- | --- | --- |\n")
	for _, o := range sorting.Sorted(slices.Values(s.Operations), func(x, y awsapi.Operation) int { return strings.Compare(x.Name, y.Name) }) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", o.Name, o.Support, seen[s.Name+" "+o.Name], cell(o.Note))
	}
	return b.String()
}

func summary(s awsapi.Service) string {
	if !s.Complete {
		return fmt.Sprintf("These operations are built. Any other operation of %s answers 501 NotImplementedException.", s.Title)
	}
	works, partial, missing := count(s)
	return fmt.Sprintf("Of the %d operations of the AWS SDK for Go, %d work, %d work in part, and %d are not built.",
		len(s.Operations), works, partial, missing)
}

func count(s awsapi.Service) (works, partial, missing int) {
	for _, o := range s.Operations {
		switch {
		case !o.Built():
			missing++
		case o.Support == "partial":
			partial++
		default:
			works++
		}
	}
	return works, partial, missing
}

// Services is the table of all services, with links to their pages, and how many operations a test has seen denied and allowed.
func Services(services []awsapi.Service, seen Seen) string {
	var b strings.Builder
	b.WriteString("| Service | Works | In part | All operations |\n| --- | ---: | ---: | --- |\n")
	for _, s := range services {
		works, partial, missing := count(s)
		all := "listed ones only"
		if s.Complete {
			all = fmt.Sprintf("%d, %d not built", len(s.Operations), missing)
		}
		fmt.Fprintf(&b, "| [%s](docs/reference/compatibility/%s.md) | %d | %d | %s |\n", s.Title, s.Name, works, partial, all)
	}
	fmt.Fprintf(&b, "\nWith [policies](docs/guide/access.md), a test has seen %d of %d operations [denied and allowed](docs/reference/access.md).\n", seen.both(), len(seen))
	return b.String()
}
