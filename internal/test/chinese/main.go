// Command chinese writes the Chinese form of the pages that other commands generate, from
// their English form: text by text, by the list in phrases.txt, so that figures and names
// are the same in both. In the Chinese pages that are written by hand it joins the lines of
// each paragraph. Run it at the root of the module, after those commands.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// pages are in docs, and their Chinese form beside them.
var pages = []string{"endpoints", "performance", "quotas-measured"}

//go:embed phrases.txt
var phrasesText string

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "chinese:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	if err := joinPages(root); err != nil {
		return err
	}
	dir := filepath.Join(root, "docs")
	known, err := readPhrases(phrasesText)
	if err != nil {
		return err
	}
	for _, name := range pages {
		english, err := os.ReadFile(filepath.Join(dir, name+".md")) //nolint:gosec // a page of the docs
		if err != nil {
			return err
		}
		chinese, err := known.page(name, string(english))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".zh-CN.md"), []byte(chinese), 0o644); err != nil { //nolint:gosec // a page for all
			return err
		}
	}
	return nil
}

// joinPages joins the lines of the Chinese pages.
func joinPages(root string) error {
	found, err := filepath.Glob(filepath.Join(root, "docs", "*.zh-CN.md"))
	if err != nil {
		return err
	}
	for _, path := range append(found, filepath.Join(root, "README.zh-CN.md")) {
		text, err := os.ReadFile(path) //nolint:gosec // a page of the docs
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(joined(string(text))), 0o644); err != nil { //nolint:gosec // a page for all
			return err
		}
	}
	return nil
}

// page translates a page: headings, paragraphs and the cells of tables. Code stays as it is.
func (p phrases) page(name, english string) (string, error) {
	w := writer{phrases: p}
	fmt.Fprintf(&w.out, "<!-- 由 `make docs` 根据 %s.md 生成，请勿修改。 -->\n", name)
	for line := range strings.Lines(english) {
		w.line(strings.TrimSuffix(line, "\n"), name)
	}
	w.paragraph()
	if len(w.missing) > 0 {
		return "", fmt.Errorf("phrases.txt has no Chinese for these texts of %s.md:\n%s", name, strings.Join(w.missing, "\n"))
	}
	return w.out.String(), nil
}

// writer holds the page so far, and the paragraph that has begun.
type writer struct {
	phrases
	out     strings.Builder
	begun   []string
	code    bool
	missing []string
}

func (w *writer) line(line, name string) {
	fence := strings.HasPrefix(line, "```")
	heading, isHeading := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
	switch {
	case fence || w.code:
		w.paragraph()
		w.code = w.code != fence
		w.out.WriteString(line + "\n")
	case strings.HasPrefix(line, "<!--"):
	case strings.HasPrefix(line, "[中文]"):
		w.out.WriteString("[English](" + name + ".md)\n")
	case strings.HasPrefix(line, "#") && isHeading:
		w.out.WriteString(strings.TrimSuffix(line, heading) + w.text(heading) + "\n")
	case strings.HasPrefix(line, "|"):
		w.out.WriteString(w.row(line) + "\n")
	case line == "":
		w.paragraph()
		w.out.WriteString("\n")
	default:
		w.begun = append(w.begun, line)
	}
}

// paragraph ends a paragraph. It stands on one line: a break between two Chinese
// characters would show as a space.
func (w *writer) paragraph() {
	if len(w.begun) > 0 {
		w.out.WriteString(w.text(strings.Join(w.begun, " ")) + "\n")
		w.begun = nil
	}
}

func (w *writer) row(line string) string {
	cells := strings.Split(line, "|")
	for i, cell := range cells {
		if text := strings.TrimSpace(cell); text != "" {
			cells[i] = " " + w.text(text) + " "
		}
	}
	return strings.Join(cells, "|")
}

func (w *writer) text(english string) string {
	chinese, ok := w.translate(english)
	if !ok {
		w.missing = append(w.missing, template(english))
	}
	return chinese
}
