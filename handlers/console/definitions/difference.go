package definitions

import "slices"

// change says what has become of a line.
type change byte

const (
	same change = iota
	removed
	added
	leftOut // stands for same lines that are not shown
)

// line is a line of a difference.
type line struct {
	change
	text string
	// count is how many lines are left out.
	count int
}

// context is how many lines are shown around one that has changed.
const context = 3

// mostCells bounds what a comparison takes: 4 bytes each. Texts that differ in more are shown as replaced, which is a difference as
// well.
const mostCells = 4 << 20

// difference tells what makes one text of another, line by line, with what has not changed left out beyond some lines of context. It
// is empty if both are the same.
func difference(before, after []string) []line {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	if head == len(before) && head == len(after) {
		return nil
	}
	all := as(same, before[:head])
	all = append(all, compare(before[head:len(before)-tail], after[head:len(after)-tail])...)
	return shorten(append(all, as(same, before[len(before)-tail:])...))
}

func as(c change, texts []string) (list []line) {
	for _, text := range texts {
		list = append(list, line{change: c, text: text})
	}
	return list
}

// compare finds a longest common subsequence, and tells what is not in it.
func compare(before, after []string) (list []line) {
	wide := len(after) + 1
	if (len(before)+1)*wide > mostCells {
		return append(as(removed, before), as(added, after)...)
	}
	common := make([]int32, (len(before)+1)*wide) // of what begins at i and j
	for i := range slices.Backward(before) {
		for j := range slices.Backward(after) {
			if before[i] == after[j] {
				common[i*wide+j] = common[(i+1)*wide+j+1] + 1
			} else {
				common[i*wide+j] = max(common[(i+1)*wide+j], common[i*wide+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(before) && j < len(after) {
		switch {
		case before[i] == after[j]:
			list = append(list, line{change: same, text: before[i]})
			i, j = i+1, j+1
		case common[(i+1)*wide+j] >= common[i*wide+j+1]:
			list = append(list, line{change: removed, text: before[i]})
			i++
		default:
			list = append(list, line{change: added, text: after[j]})
			j++
		}
	}
	return slices.Concat(list, as(removed, before[i:]), as(added, after[j:]))
}

// shorten leaves out lines that are far from each change.
func shorten(all []line) (list []line) {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.change != same {
			for at := max(0, i-context); at <= min(len(all)-1, i+context); at++ {
				near[at] = true
			}
		}
	}
	for i, l := range all {
		last := len(list) - 1
		switch {
		case near[i]:
			list = append(list, l)
		case last >= 0 && list[last].change == leftOut:
			list[last].count++
		default:
			list = append(list, line{change: leftOut, count: 1})
		}
	}
	return list
}
